import { describe, expect, test } from "vitest";
import { inboxConsumer } from "../bus/layout.ts";
import type { Outgoing } from "../bus/port.ts";
import { fakeClock } from "./fake-clock.ts";
import { memoryBus } from "./memory-bus.ts";

const hour = 60 * 60 * 1000;
const web = { machine: "lab", session: "web" };
const note = (dedupeId: string, ttlMs?: number): Outgoing => ({
  subject: "fleet.main.inbox.lab.web.lab.api",
  headers: { "ce-id": dedupeId },
  data: new TextEncoder().encode(dedupeId),
  dedupeId,
  ...(ttlMs === undefined ? {} : { ttlMs }),
});

describe("the memory bus, over hours that a real server would need", () => {
  test("takes a dedupe id again after an hour", async () => {
    const clock = fakeClock();
    const bus = memoryBus({ ns: "main", clock });
    await bus.publish(note("a"));
    await clock.advance(hour - 1);
    expect(await bus.publish(note("a"))).toEqual({ stream: "INBOX", seq: 1, isDuplicate: true });
    await clock.advance(1);
    expect(await bus.publish(note("a"))).toEqual({ stream: "INBOX", seq: 2, isDuplicate: false });
  });

  test("forgets a message by its own time to live, and by the stream's", async () => {
    const clock = fakeClock();
    const bus = memoryBus({ ns: "main", clock });
    await bus.publish(note("short", hour));
    await bus.publish(note("long"));
    await clock.advance(hour);
    expect(await bus.get("INBOX", 1)).toBeUndefined();
    await clock.advance(14 * 24 * hour);
    expect(await bus.get("INBOX", 2)).toBeUndefined();
  });

  test("brings an inbox delivery back after its hour, to a consumer that waits", async () => {
    const clock = fakeClock();
    const bus = memoryBus({ ns: "main", clock });
    const consumer = await bus.consumer(inboxConsumer("main", web));
    await bus.publish(note("a"));
    expect(await consumer.fetch({ max: 10, waitMs: 0 })).toHaveLength(1);
    const waiting = consumer.fetch({ max: 10, waitMs: 2 * hour });
    await clock.advance(hour);
    expect(await waiting).toMatchObject([{ seq: 1, deliveries: 2 }]);
  });

  test("refuses the message that would flood a subject", async () => {
    const bus = memoryBus({ ns: "main", clock: fakeClock() });
    for (let count = 0; count < 10_000; count += 1) await bus.publish(note(`n${count}`));
    await expect(bus.publish(note("more"))).rejects.toMatchObject({ code: "refused" });
  });
});
