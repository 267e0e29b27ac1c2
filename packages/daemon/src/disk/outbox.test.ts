import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError, systemClock } from "@fleetbus/core";
import type { Bus, Outgoing, Stored } from "@fleetbus/core/bus";
import { memoryBus } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openOutbox, type Outbox } from "./outbox.ts";

let dir: string;
const refused: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-outbox-"));
  refused.length = 0;
});
afterEach(() => rm(dir, { recursive: true }));

const open = (maxBytes = 1024 * 1024) =>
  openOutbox({
    dir,
    maxBytes,
    clock: systemClock,
    onRefused: async (outgoing) => void refused.push(outgoing.dedupeId),
  });

const event = (n: number): Outgoing => ({
  subject: "fleet.main.event.lab.web.turn.stopped",
  headers: { "ce-id": `e${n}` },
  data: Buffer.from(`{"n":${n}}`),
  dedupeId: `e${n}`,
});

/** A bus that answers as it is told, before the real one. */
function flaky(bus: Bus, answer: (outgoing: Outgoing) => Promise<Stored> | undefined): Bus {
  return new Proxy(bus, {
    get: (target, name) => {
      if (name !== "publish") return Reflect.get(target, name) as unknown;
      return (outgoing: Outgoing) => answer(outgoing) ?? target.publish(outgoing);
    },
  });
}

async function stored(bus: Bus): Promise<readonly string[]> {
  const found: string[] = [];
  const options = {
    subjects: ["fleet.main.event.>"],
    from: "all",
    untilCaughtUp: true,
    signal: AbortSignal.timeout(2000),
  } as const;
  for await (const incoming of bus.read("EVENTS", options)) found.push(incoming.headers["ce-id"] ?? "");
  return found;
}

async function drainAll(outbox: Outbox, bus: Bus): Promise<void> {
  const stop = new AbortController();
  const draining = outbox.drain(bus, stop.signal);
  await expect.poll(() => outbox.pending().length).toBe(0);
  stop.abort();
  await draining;
}

describe("the spool", () => {
  it("sends in order what was added, once", async () => {
    const bus = memoryBus({ ns: "main", clock: systemClock });
    const outbox = await open();
    await outbox.add([1, 2, 3].map(event));
    await drainAll(outbox, bus);
    expect(await stored(bus)).toEqual(["e1", "e2", "e3"]);
    await outbox.close();
  });

  it("keeps what the server has not taken over a restart, and sends it then", async () => {
    const before = await open();
    await before.add([1, 2].map(event));
    await before.close();
    const bus = memoryBus({ ns: "main", clock: systemClock });
    const after = await open();
    expect(after.pending().map((each) => each.dedupeId)).toEqual(["e1", "e2"]);
    await drainAll(after, bus);
    expect(await stored(bus)).toEqual(["e1", "e2"]);
    await after.close();
  });

  it("sends again what failed, without a gap and without a second copy", async () => {
    const bus = memoryBus({ ns: "main", clock: systemClock });
    let failures = 3;
    const away = () => Promise.reject(new FleetError("unavailable", "publishing: no server"));
    const unreliable = flaky(bus, ({ dedupeId }) =>
      dedupeId === "e2" && failures-- > 0 ? away() : undefined,
    );
    const outbox = await open();
    await outbox.add([1, 2, 3].map(event));
    await drainAll(outbox, unreliable);
    expect([...(await stored(bus))].sort()).toEqual(["e1", "e2", "e3"]);
    await outbox.close();
  });

  it("drains a hundred thousand without going through all of them for each few", async () => {
    const outbox = await open(64 * 1024 * 1024);
    await outbox.add(Array.from({ length: 100_000 }, (_, n) => event(n)));
    const bus = memoryBus({ ns: "main", clock: systemClock });
    const took: number[] = [];
    const stop = new AbortController();
    const counting = flaky(bus, () => {
      took.push(performance.now());
      return Promise.resolve({ stream: "EVENTS", seq: took.length, isDuplicate: false });
    });
    const draining = outbox.drain(counting, stop.signal);
    await expect.poll(() => took.length, { timeout: 20_000 }).toBe(100_000);
    stop.abort();
    await draining;
    await outbox.close();
    const at = (n: number) => took[n] ?? 0;
    // The first tenth has the whole spool behind it, the last one nearly nothing.
    expect(at(9_999) - at(0)).toBeLessThan(5 * (at(99_999) - at(90_000)) + 200);
  });

  it("hands over what the server will never take, and goes on", async () => {
    const bus = memoryBus({ ns: "main", clock: systemClock });
    const never = () => Promise.reject(new FleetError("too_large", "publishing: 2 MiB"));
    const outbox = await open();
    await outbox.add([1, 2].map(event));
    await drainAll(
      outbox,
      flaky(bus, ({ dedupeId }) => (dedupeId === "e1" ? never() : undefined)),
    );
    expect(refused).toEqual(["e1"]);
    expect(await stored(bus)).toEqual(["e2"]);
    await outbox.close();
  });

  it("refuses to take more than its bound and loses nothing that it took", async () => {
    const outbox = await open();
    const large = { ...event(9), data: Buffer.alloc(2 * 1024 * 1024) };
    await expect(outbox.add([large])).rejects.toMatchObject({ code: "storage" });
    await outbox.add([event(1)]);
    expect(outbox.pending().map((each) => each.dedupeId)).toEqual(["e1"]);
    await outbox.close();
  });
});
