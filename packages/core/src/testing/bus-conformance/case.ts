import { deepEqual, equal, rejects } from "node:assert/strict";
import type { ErrorCode } from "../../errors/table.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { Bus, Delivery, Incoming, Outgoing } from "../../bus/port.ts";
import { inboxConsumer, type ConsumerShape } from "../../bus/layout.ts";
import { subjectsOf } from "../../subjects/grammar.ts";

/** One empty bus of its own, with its layout in place, for one case. */
export interface BusHarness {
  readonly bus: Bus;
  /** Another connection to the same, as another process has it. The harness closes it. */
  join(): Promise<Bus>;
  /** Lets that much of the bus's time go by. */
  passTime(ms: number): Promise<void>;
  /** Takes the server away without a warning, and brings it back with everything it has acknowledged. */
  readonly outage?: { begin(): Promise<void>; end(): Promise<void> };
  close(): Promise<void>;
}

/** One rule of the port that can be seen from outside. `run` rejects where it is broken. */
export interface BusCase {
  /** A sentence. */
  readonly name: string;
  /** What an implementation has to declare for it. */
  readonly needs?: "outage";
  run(harness: BusHarness): Promise<void>;
}

/** The session that the cases send to. */
export const web = { machine: "lab", session: "web" };
/** The session that they send from. */
export const api = { machine: "lab", session: "api" };

/** A message to `web`'s inbox whose id, header and body are `id`. */
export function note(bus: Bus, id: string, change: Partial<Outgoing> = {}): Outgoing {
  const data = new TextEncoder().encode(id);
  const subject = subjectsOf(bus.ns).inbox(web, api);
  return { subject, headers: { "ce-id": id }, data, dedupeId: id, ...change };
}

/** Publishes notes one after the other. */
export async function publishAll(bus: Bus, ids: readonly string[]): Promise<void> {
  for (const id of ids) await bus.publish(note(bus, id));
}

/** `web`'s inbox with an acknowledgement wait short enough to wait for. */
export function inbox(bus: Bus, change: Partial<ConsumerShape> = {}): ConsumerShape {
  return { ...inboxConsumer(bus.ns, web), ackWaitMs: 1000, ...change };
}

/** The bodies, in order. */
export function textsOf(messages: readonly Pick<Incoming, "data">[]): readonly string[] {
  return messages.map(({ data }) => new TextDecoder().decode(data));
}

/** What is there to fetch at once. */
export async function fetchNow(consumer: { fetch: FetchLike }, max = 100): Promise<readonly Delivery[]> {
  return consumer.fetch({ max, waitMs: 0 });
}

/** Fetches until `count` came: a server tells its consumers a moment later of what it has just stored. */
export async function fetchAll(
  harness: BusHarness,
  consumer: { fetch: FetchLike },
  count: number,
): Promise<readonly Delivery[]> {
  const found: Delivery[] = [];
  return eventually(harness, async () => {
    found.push(...(await fetchNow(consumer, count - found.length)));
    return found.length >= count ? found : undefined;
  });
}

/** What is there to fetch or comes soon, as what was just given back. */
export async function fetchSoon(
  harness: BusHarness,
  consumer: { fetch: FetchLike },
  max = 10,
): Promise<readonly Delivery[]> {
  let isOver = false;
  const fetching = consumer.fetch({ max, waitMs: 1000 }).finally(() => {
    isOver = true;
  });
  for (let steps = 0; steps < 30 && !isOver; steps += 1)
    await Promise.race([fetching, harness.passTime(100)]);
  return fetching;
}

type FetchLike = (options: { readonly max: number; readonly waitMs: number }) => Promise<readonly Delivery[]>;

/** Takes from the start of an iteration until it has `count`, then leaves it. */
export async function takeFrom<T>(source: AsyncIterable<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const one of source) {
    taken.push(one);
    if (taken.length === count) break;
  }
  return taken;
}

/** The next of an iteration, or nothing at its end. */
export async function nextOf<T>(iterator: AsyncIterator<T, unknown>): Promise<readonly T[]> {
  const next = await iterator.next();
  return next.done === true ? [] : [next.value];
}

/** Lets time pass in steps until `look` gives something; rejects after `limitMs` of the bus's time. */
export async function eventually<T>(
  harness: BusHarness,
  look: () => Promise<T | undefined>,
  limitMs = 10_000,
): Promise<T> {
  for (let passedMs = 0; passedMs <= limitMs; passedMs += 100) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await harness.passTime(100);
  }
  throw new FleetError("failed", `waiting for the bus: not seen within ${limitMs} ms`);
}

/** Holds a promise to a rejection with this code, by a FleetError. */
export async function rejectsWith(code: ErrorCode, work: () => Promise<unknown>): Promise<void> {
  await rejects(work, (error: unknown) => {
    equal(error instanceof FleetError ? error.code : error, code);
    return true;
  });
}

export { deepEqual, equal };
