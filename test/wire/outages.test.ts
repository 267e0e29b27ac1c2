import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  connectBus,
  inboxConsumer,
  type ConsumerShape,
  type JetStreamBus,
  type Outgoing,
} from "@fleetbus/core/bus";
import { startNatsServer, type NatsServer } from "../support/nats-server.ts";

const killCount = 8;
const web = { machine: "lab", session: "web" };

let server: NatsServer;
let buses: JetStreamBus[] = [];

beforeEach(async () => {
  server = await startNatsServer();
});

afterEach(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  buses = [];
  await server.stop();
});

test("[case 47] nothing that was acknowledged is missed through kills of the server, though a lost delivery would stay away an hour", async () => {
  const stopping = new AbortController();
  const publisher = await connected();
  const stored = new Map<number, string>();
  const publishing = [1, 2, 3].map((lane) =>
    publishLane(publisher, { lane, stored, signal: stopping.signal }),
  );
  const ending = new AbortController();
  const consumed = new Set<number>();
  const fetched = new Set<number>();
  const read: number[] = [];
  const reader = await connected();
  const work = [
    consumeInto(reader, { name: "consumed", into: consumed, signal: ending.signal }),
    fetchInto(reader, { name: "fetched", into: fetched, signal: ending.signal }),
    (async () => {
      const options = { subjects: ["fleet.main.inbox.>"], from: "all", signal: ending.signal } as const;
      for await (const { seq } of reader.read("INBOX", options)) read.push(seq);
    })(),
  ];
  for (let kill = 0; kill < killCount; kill += 1) {
    const before = stored.size;
    await until(() => stored.size > before + 50);
    await server.kill("SIGKILL");
    await server.restart();
  }
  stopping.abort();
  await Promise.all(publishing);
  const all = [...stored.keys()].toSorted((a, b) => a - b);
  await until(() => consumed.size >= all.length && fetched.size >= all.length && read.length >= all.length);
  ending.abort();
  await Promise.all(work);
  expect(all.length).toBeGreaterThan(killCount * 50);
  expect([...consumed].toSorted((a, b) => a - b)).toEqual(all);
  expect([...fetched].toSorted((a, b) => a - b)).toEqual(all);
  expect(read).toEqual(all);
  expect(new Set(stored.values()).size).toBe(all.length);
});

test("a publish to a server that hangs is refused in time, and stored once when it is tried again", async () => {
  const bus = await connected();
  await server.kill("SIGSTOP");
  await expect(bus.publish(note("a"))).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("in time"),
  });
  await server.kill("SIGCONT");
  expect(await bus.publish(note("a"))).toEqual({ stream: "INBOX", seq: 1, isDuplicate: true });
  expect((await bus.streams())[1]).toMatchObject({ name: "INBOX", messages: 1 });
});

test("a layout, consumers and a read survive a restart after a clean stop too", async () => {
  const bus = await connected();
  const consumer = await bus.consumer(inboxConsumer("main", web));
  await server.kill("SIGTERM");
  await server.restart();
  await until(() => bus.isConnected());
  expect(await bus.ensureLayout()).toEqual([]);
  await bus.publish(note("a"));
  expect(await consumer.fetch({ max: 1, waitMs: 5000 })).toHaveLength(1);
});

async function connected(): Promise<JetStreamBus> {
  const bus = await connectBus({ servers: server.url, ns: "main", name: "outages", mode: "daemon" });
  buses.push(bus);
  await bus.ensureLayout();
  return bus;
}

function note(id: string): Outgoing {
  const data = new TextEncoder().encode(id);
  return { subject: "fleet.main.inbox.lab.web.lab.api", headers: { "ce-id": id }, data, dedupeId: id };
}

interface Lane {
  readonly lane: number;
  readonly stored: Map<number, string>;
  readonly signal: AbortSignal;
}

/** Each id is tried until it is acknowledged, as a spool does. */
async function publishLane(bus: JetStreamBus, { lane, stored, signal }: Lane): Promise<void> {
  for (let count = 0; !signal.aborted; count += 1) {
    const outgoing = note(`l${lane}n${count}`);
    for (;;) {
      const result = await bus.publish(outgoing).catch(() => undefined);
      if (result !== undefined) {
        stored.set(result.seq, outgoing.dedupeId);
        break;
      }
      await sleep(10);
    }
  }
}

interface Taking {
  readonly name: string;
  readonly into: Set<number>;
  readonly signal: AbortSignal;
}

async function consumeInto(bus: JetStreamBus, { name, into, signal }: Taking): Promise<void> {
  const consumer = await bus.consumer(shapeOf(name));
  for await (const delivery of consumer.consume(signal)) {
    into.add(delivery.seq);
    await delivery.ack().catch(() => undefined); // comes again at worst
  }
}

async function fetchInto(bus: JetStreamBus, { name, into, signal }: Taking): Promise<void> {
  const consumer = await bus.consumer(shapeOf(name));
  while (!signal.aborted) {
    const deliveries = await consumer
      .fetch({ max: 20, waitMs: 1000, signal })
      .catch(() => sleep(10).then(() => []));
    for (const delivery of deliveries) into.add(delivery.seq);
    await Promise.all(deliveries.map((delivery) => delivery.ack().catch(() => undefined)));
  }
}

function shapeOf(name: string): ConsumerShape {
  return { ...inboxConsumer("main", web), name };
}

async function until(isDone: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isDone()) {
    if (Date.now() > deadline) throw new Error("waiting for the bus: not in time");
    await sleep(10);
  }
}
