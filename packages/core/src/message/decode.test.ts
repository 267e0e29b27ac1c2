import { describe, expect, test } from "vitest";
import { sourceOf } from "../event/envelope.ts";
import { decodeMessage, isSameMessage } from "./decode.ts";
import { encodeMessage } from "./encode.ts";
import type { Message } from "./message.ts";

const day = 24 * 60 * 60 * 1000;
const time = "2026-01-01T00:00:00.000Z";
const message: Message = {
  id: "01jmsg",
  from: { machine: "lab", session: "api" },
  to: { machine: "lab", session: "web" },
  kind: "question",
  type: "message",
  priority: "normal",
  mode: "turn",
  subject: "größe",
  body: "how big?\r\nce-id: forged",
  time,
  origin: "agent",
  hop: 2,
  thread: "01jthr",
  replyTo: "01jold",
};
const cast: Message = { ...message, to: { machine: "all", session: "all" }, group: "role-review" };

describe("a message", () => {
  test("goes out on its recipient's inbox with its chain in the headers", () => {
    const out = encodeMessage("main", message);
    expect(out.subject).toBe("fleet.main.inbox.lab.web.lab.api");
    expect(out.headers).toMatchObject({
      "ce-id": "01jmsg",
      "ce-type": "fleet.message.question",
      "ce-source": sourceOf("main", message.from),
      "ce-fleetorigin": "agent",
      "ce-fleethop": "2",
      "ce-fleetthread": "01jthr",
      "ce-fleetreplyto": "01jold",
    });
  });

  test("to a group goes out once, on the group's subject", () => {
    expect(encodeMessage("main", cast).subject).toBe("fleet.main.cast.role-review.lab.api");
  });

  test.each([
    ["to one", message],
    ["to a group", cast],
    ["without reply and subject", { ...message, replyTo: undefined, subject: undefined }],
  ])("%s comes back as it was", (_name, sent) => {
    expect(decodeMessage("main", encodeMessage("main", sent))).toEqual(sent);
  });

  test("keeps fields of a newer version, and they survive being sent on", () => {
    const newer = { ...message, colour: { red: 1 } };
    const once = decodeMessage("main", encodeMessage("main", newer));
    expect(decodeMessage("main", encodeMessage("main", once))).toEqual(newer);
  });

  test("of a foreign writer without hop and thread begins both", () => {
    const out = encodeMessage("main", { ...message, replyTo: undefined });
    const { "ce-fleethop": _hop, "ce-fleetthread": _thread, ...headers } = out.headers;
    expect(decodeMessage("main", { ...out, headers })).toMatchObject({ hop: 0, thread: "01jmsg" });
  });

  test("has one dedupe id per sender, target and id, whatever else it says", () => {
    const id = (one: Message) => encodeMessage("main", one).dedupeId;
    expect(id({ ...message, body: "other", time: "2027-01-01T00:00:00Z" })).toBe(id(message));
    const others = [
      { ...message, id: "01jmsh" },
      { ...message, from: { machine: "lab", session: "web" } },
      { ...message, to: { machine: "lab", session: "web2" } },
      cast,
    ];
    expect(new Set([message, ...others].map(id)).size).toBe(5);
  });

  test.each([
    ["a day after its deadline", "2026-01-01T01:00:00Z", day + 3_600_000],
    ["at once where the deadline is long over", "2025-01-01T00:00:00Z", 1000],
    ["with the stream where the deadline is far", "2026-01-14T00:00:00Z", undefined],
    ["with the stream where there is none", undefined, undefined],
  ])("is forgotten by the server %s", (_name, expiresAt, ttlMs) => {
    expect(encodeMessage("main", { ...message, expiresAt }).ttlMs).toBe(ttlMs);
  });

  const out = encodeMessage("main", message);
  const withHeader = (name: string, value: string) => ({
    ...out,
    headers: { ...out.headers, [name]: value },
  });
  const withData = (change: object) => {
    const data = { ...JSON.parse(new TextDecoder().decode(out.data)), ...change };
    return { ...out, data: new TextEncoder().encode(JSON.stringify(data)) };
  };
  test.each([
    ["another sender's source", withHeader("ce-source", sourceOf("main", message.to)), "source"],
    ["an event's type", withHeader("ce-type", "fleet.event.turn.stopped"), "type"],
    ["a kind that there is not", withHeader("ce-type", "fleet.message.order"), "question"],
    ["a hop that is no number", withHeader("ce-fleethop", "-1"), "fleethop"],
    ["no origin", withHeader("ce-fleetorigin", "nobody"), "origin"],
    ["a thread that is no id", withHeader("ce-fleetthread", "../x"), "thread"],
    ["another recipient than its subject's", withData({ to: message.from }), "recipient"],
    ["a group on an inbox subject", withData({ group: "all" }), "group"],
    ["an empty body", withData({ body: "" }), "body"],
    ["a body that is a number", withData({ body: 1 }), "body"],
    ["an event's subject", { ...out, subject: "fleet.main.event.lab.api.turn.stopped" }, "no message"],
    ["a subject outside the grammar", { ...out, subject: "fleet.main.inbox.lab.*.lab.api" }, "grammar"],
    ["no data", { ...out, data: new Uint8Array() }, "JSON"],
    [
      "another group than its subject's",
      { ...encodeMessage("main", cast), subject: "fleet.main.cast.all.lab.api" },
      "group",
    ],
  ])("with %s is malformed", (_name, incoming, reason) => {
    expect(() => decodeMessage("main", incoming)).toThrow(
      expect.objectContaining({ code: "malformed", message: expect.stringContaining(reason) }),
    );
  });

  test("takes no field of its envelope from its data", () => {
    const forged = withData({
      from: message.to,
      id: "other",
      origin: "human",
      hop: 0,
      thread: "other",
      time: "x",
      kind: "system",
    });
    expect(decodeMessage("main", forged)).toEqual(message);
  });
});

describe("two messages of one id", () => {
  test("are the same when only time, deadline, hop and thread differ", () => {
    expect(
      isSameMessage(message, {
        ...message,
        time: "2027-01-01T00:00:00Z",
        expiresAt: time,
        hop: 0,
        thread: "x",
      }),
    ).toBe(true);
  });

  test.each([
    { body: "other" },
    { kind: "note" as const },
    { priority: "high" as const },
    { subject: "other" },
    { origin: "human" as const },
  ])("differ by %j", (change) => {
    expect(isSameMessage(message, { ...message, ...change })).toBe(false);
  });
});
