import { CloudEvent, HTTP } from "cloudevents";
import { describe, expect, test } from "vitest";
import {
  decodeEvent,
  decodeMessage,
  encodeEvent,
  encodeMessage,
  encodeReceipt,
  wakeEvent,
  type FleetEvent,
  type Message,
} from "@fleetbus/core";
import type { Outgoing } from "@fleetbus/core/bus";

const api = { machine: "lab", session: "api" };
const web = { machine: "lab", session: "web" };
const time = "2026-01-01T00:00:00.000Z";
const message: Message = {
  id: "01jmsg",
  from: api,
  to: web,
  kind: "request",
  type: "message",
  priority: "normal",
  mode: "turn",
  body: "größer 😀",
  time,
  origin: "agent",
  hop: 1,
  thread: "01jmsg",
};
const event: FleetEvent = {
  id: "01jev",
  kind: "turn.stopped",
  from: web,
  time,
  origin: "agent",
  data: { cli: "claude", extra: [1] },
};
const wake = wakeEvent(
  { to: web, rung: "tmux", nonce: "n1", idleGeneration: 1, deadline: time, text: "fleet n1", cli: "claude" },
  { id: "01jwk", time },
);
const receipt = encodeReceipt("main", { id: "01jmsg", from: api, to: web, stage: "done", time });

describe("what fleet writes is a CloudEvent by the reference library", () => {
  test.each([
    ["a message", encodeMessage("main", message), "fleet.message.request"],
    ["an event", encodeEvent("main", event), "fleet.event.turn.stopped"],
    ["a wake", encodeEvent("main", wake), "fleet.wake.tmux"],
    ["a receipt", receipt, "fleet.receipt.done"],
  ])("%s", (_name, outgoing, type) => {
    const read = HTTP.toEvent(toHttp(outgoing));
    if (Array.isArray(read)) throw new Error("one event was written, several were read");
    expect(new CloudEvent(read).validate()).toBe(true);
    expect([read.type, read.specversion, read.time, read.datacontenttype]).toEqual([
      type,
      "1.0",
      time,
      "application/json",
    ]);
    expect(read.data).toEqual(JSON.parse(new TextDecoder().decode(outgoing.data)));
    expect(read["fleetorigin"]).toBe(outgoing.headers["ce-fleetorigin"]);
  });
});

describe("what the reference library writes is fleet's", () => {
  const theirs = new CloudEvent({
    id: "01jtheirs",
    source: "/fleet/main/lab/api",
    type: "fleet.message.question",
    time,
    fleetorigin: "external",
    fleethop: 3,
    fleetthread: "01jthr",
    data: { to: web, type: "message", priority: "normal", mode: "turn", body: "größer 😀?", colour: "red" },
  });
  const subject = "fleet.main.inbox.lab.web.lab.api";
  const expected = {
    id: "01jtheirs",
    from: api,
    to: web,
    kind: "question",
    type: "message",
    priority: "normal",
    mode: "turn",
    body: "größer 😀?",
    colour: "red",
    time,
    origin: "external",
    hop: 3,
    thread: "01jthr",
  };

  test("in binary mode", () => {
    expect(decodeMessage("main", { subject, ...fromHttp(HTTP.binary(theirs)) })).toEqual(expected);
  });

  test("in structured mode", () => {
    const { headers, data } = fromHttp(HTTP.structured(theirs));
    expect(headers["content-type"]).toMatch(/^application\/cloudevents\+json/);
    expect(decodeMessage("main", { subject, headers, data })).toEqual(expected);
  });

  test("an event in structured mode with base64 data", () => {
    const bytes = new TextEncoder().encode(JSON.stringify(event.data));
    const raw = new CloudEvent({
      id: event.id,
      source: "/fleet/main/lab/web",
      type: "fleet.event.turn.stopped",
      time,
      fleetorigin: "agent",
      datacontenttype: "application/json",
      data_base64: Buffer.from(bytes).toString("base64"),
    });
    const incoming = { subject: "fleet.main.event.lab.web.turn.stopped", ...fromHttp(HTTP.structured(raw)) };
    expect(decodeEvent("main", incoming)).toEqual(event);
  });

  test("from another source is refused", () => {
    const foreign = theirs.cloneWith({ source: "https://example.com/" });
    const incoming = { subject, ...fromHttp(HTTP.structured(foreign)) };
    expect(() => decodeMessage("main", incoming)).toThrow(expect.objectContaining({ code: "malformed" }));
  });
});

/** The library binds to HTTP, where the data's content type is the request's. */
function toHttp({ headers, data }: Outgoing) {
  const { "ce-datacontenttype": contentType, ...rest } = headers;
  return { headers: { ...rest, "content-type": contentType }, body: new TextDecoder().decode(data) };
}

function fromHttp(sent: { readonly headers: Readonly<Record<string, unknown>>; readonly body?: unknown }) {
  const headers = Object.fromEntries(
    Object.entries(sent.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  return { headers, data: new TextEncoder().encode(String(sent.body)) };
}
