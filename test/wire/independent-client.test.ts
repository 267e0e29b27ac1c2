import { connect, headers, type MsgHdrs, type NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  decodeEvent,
  decodeMessage,
  decodeReceipt,
  encodeEvent,
  encodeMessage,
  encodeReceipt,
  type FleetEvent,
  type Message,
  type Receipt,
} from "@fleetbus/core";
import { connectBus, inboxConsumer, type Incoming, type JetStreamBus } from "@fleetbus/core/bus";
import { startNatsServer, type NatsServer } from "../support/nats-server.ts";

const api = { machine: "lab", session: "api" };
const web = { machine: "lab", session: "web" };
const message: Message = {
  id: "01jmsg",
  from: api,
  to: web,
  kind: "question",
  type: "message",
  priority: "high",
  mode: "turn",
  subject: "größe",
  body: "how big?\n😀",
  time: "2026-01-01T00:00:00.000Z",
  origin: "agent",
  hop: 2,
  thread: "01jthr",
  replyTo: "01jold",
};

let server: NatsServer;
let bus: JetStreamBus;
let other: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
  bus = await connectBus({ servers: server.url, ns: "main", name: "wire", mode: "daemon" });
  await bus.ensureLayout();
  other = await connect({ servers: server.url });
});

afterAll(async () => {
  await bus.close();
  await other.close();
  await server.stop();
});

describe("on the wire, seen by the previous generation's client", () => {
  test("a message is its subject, its headers and its JSON, byte for byte", async () => {
    const received = other.subscribe("fleet.main.inbox.lab.web.lab.api", { max: 1 });
    await other.flush();
    await bus.publish(encodeMessage("main", message));
    for await (const raw of received) {
      expect(listOf(raw.headers)).toEqual([
        "Nats-Msg-Id: b7f13ac3",
        "ce-datacontenttype: application/json",
        "ce-fleethop: 2",
        "ce-fleetorigin: agent",
        "ce-fleetreplyto: 01jold",
        "ce-fleetthread: 01jthr",
        "ce-id: 01jmsg",
        "ce-source: /fleet/main/lab/api",
        "ce-specversion: 1.0",
        "ce-time: 2026-01-01T00:00:00.000Z",
        "ce-type: fleet.message.question",
      ]);
      expect(Buffer.from(raw.data).toString()).toBe(
        '{"to":{"machine":"lab","session":"web"},"type":"message","priority":"high","mode":"turn",' +
          '"subject":"größe","body":"how big?\\n😀"}',
      );
    }
  });

  test("an event and a receipt are the same kind of thing", async () => {
    const event: FleetEvent = {
      id: "01jev",
      kind: "turn.stopped",
      from: web,
      time: message.time,
      origin: "agent",
      data: { cli: "claude" },
    };
    const receipt: Receipt = {
      id: "01jmsg",
      from: api,
      to: web,
      stage: "shown",
      time: message.time,
      proof: "request",
    };
    const received = other.subscribe("fleet.main.*.lab.>", { max: 2 });
    await other.flush();
    await bus.publish(encodeEvent("main", event));
    await bus.publish(encodeReceipt("main", receipt));
    const seen: string[] = [];
    for await (const raw of received) {
      seen.push(
        `${raw.subject} ${raw.headers?.get("ce-type")} ${raw.headers?.get("ce-source")} ${raw.string()}`,
      );
    }
    expect(seen).toEqual([
      'fleet.main.event.lab.web.turn.stopped fleet.event.turn.stopped /fleet/main/lab/web {"cli":"claude"}',
      "fleet.main.receipt.lab.api.01jmsg.lab.web fleet.receipt.shown /fleet/main/lab/web " +
        JSON.stringify(receipt),
    ]);
    expect(decodeEvent("main", await storedAt("EVENTS", 1))).toEqual(event);
    expect(decodeReceipt("main", await storedAt("RECEIPTS", 1))).toEqual(receipt);
  });

  test("a message that it writes by hand is ours, whatever the case of its header names", async () => {
    const raw = headers();
    raw.set("CE-SpecVersion", "1.0");
    raw.set("Ce-Id", "01jhand");
    raw.set("ce-source", "/fleet/main/lab/api");
    raw.set("ce-type", "fleet.message.request");
    raw.set("ce-fleetorigin", "human");
    raw.set("ce-time", "2026-01-01T00:00:00Z");
    const body = { type: "message", priority: "normal", mode: "turn", body: "by hand" };
    const { seq } = await other
      .jetstream()
      .publish("fleet.main.inbox.lab.web.lab.api", JSON.stringify(body), { headers: raw, msgID: "hand" });
    expect(decodeMessage("main", await storedAt("INBOX", seq))).toEqual({
      ...body,
      id: "01jhand",
      from: api,
      to: web,
      kind: "request",
      time: "2026-01-01T00:00:00Z",
      origin: "human",
      hop: 0,
      thread: "01jhand",
    });
  });

  test("a message that it writes in structured mode is ours", async () => {
    const raw = headers();
    raw.set("Content-Type", "application/cloudevents+json; charset=UTF-8");
    const envelope = {
      specversion: "1.0",
      id: "01jstruct",
      source: "/fleet/main/lab/api",
      type: "fleet.message.note",
      time: "2026-01-01T00:00:00Z",
      fleetorigin: "external",
      fleethop: 4,
      data: { type: "status", priority: "low", mode: "idle", body: "structured" },
    };
    const { seq } = await other
      .jetstream()
      .publish("fleet.main.inbox.lab.web.lab.api", JSON.stringify(envelope), {
        headers: raw,
        msgID: "struct",
      });
    const decoded = decodeMessage("main", await storedAt("INBOX", seq));
    expect(decoded).toMatchObject({
      id: "01jstruct",
      kind: "note",
      origin: "external",
      hop: 4,
      body: "structured",
    });
  });

  test("a duplicate is one for both clients", async () => {
    const outgoing = encodeMessage("main", { ...message, id: "01jtwice" });
    const first = await bus.publish(outgoing);
    const again = await other
      .jetstream()
      .publish(outgoing.subject, "another body", { msgID: outgoing.dedupeId });
    expect([again.duplicate, again.seq]).toEqual([true, first.seq]);
  });

  test("an inbox that we made is one that it can fetch from and acknowledge", async () => {
    const owner = { machine: "lab", session: "theirs" };
    await bus.consumer(inboxConsumer("main", owner));
    await bus.publish(encodeMessage("main", { ...message, id: "01jfetch", to: owner }));
    const consumer = await other.jetstream().consumers.get("MAIN_INBOX", "lab=theirs");
    const fetched = await consumer.next({ expires: 5000 });
    expect(fetched?.headers?.get("ce-id")).toBe("01jfetch");
    await fetched?.ackAck();
    const [status] = (await bus.consumers("INBOX")).filter(({ name }) => name === "lab=theirs");
    expect([status?.pending, status?.ackPending, status?.ackFloor]).toEqual([0, 0, status?.lastDelivered]);
  });
});

function listOf(raw: MsgHdrs | undefined): readonly string[] {
  const lines = [...(raw ?? [])].map(([name, values]) => `${name}: ${values.join(",")}`);
  return lines.map((line) => line.replace(/^(Nats-Msg-Id: .{8}).*/, "$1")).toSorted();
}

async function storedAt(stream: "INBOX" | "EVENTS" | "RECEIPTS", seq: number): Promise<Incoming> {
  const incoming = await bus.get(stream, seq);
  if (incoming === undefined) throw new Error(`nothing is stored in ${stream} at ${seq}`);
  return incoming;
}
