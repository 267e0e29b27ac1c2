import { timeLimit } from "../../time-limit.ts";
import { equal, rejects } from "node:assert/strict";
import type { Adapter, AdapterContext, SendReceipt, Sink } from "../../adapter/contract.ts";
import { bareNotice } from "../../adapter/notice.ts";
import type { Source } from "../../adapter/source.ts";
import { systemClock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { FleetEvent } from "../../event/event.ts";

/** One thing that came out at the far side. */
export interface Arrival {
  readonly eventId: string;
  /** Of the payload as it was rendered. */
  readonly bytes: number;
}

/**
 * What the adapter talks to, for one case: the real thing, or a stub that enforces the real thing's rules. What it can
 * not do, it leaves out; the cases that need it are then not declared, but for what a declared trait demands.
 */
export interface FarSide {
  /** Where it is, in the adapter's own keys. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The n-th event of its own that the adapter takes; the same n is the same event, id and all. */
  event(n: number): FleetEvent;
  /** What has arrived so far, oldest first. */
  arrivals(): Promise<readonly Arrival[]>;
  /** An event that renders to more than `bytes`; demanded by the trait maxBytes. */
  largeEvent?(bytes: number): FleetEvent;
  /** An event that the adapter can never send. */
  foreignEvent?(): FleetEvent;
  /** From now on it answers nothing. */
  stall?(): Promise<void>;
  /** From now on it is not there. */
  leave?(): Promise<void>;
  /**
   * Somebody says the n-th text (`spokenText`) to the source; resolves when it is said, not when it is taken. Where the far
   * side is one that tries again by itself, it does so until it is told that the text was taken or refused for good.
   */
  speak?(n: number): Promise<void>;
  close(): Promise<void>;
}

/** Makes far sides; what each can do must be known before one is started. */
export interface AdapterHarness {
  /** `speak` is demanded where the adapter has a source; `keeps`: what it was not acked, it says to the next source too. */
  readonly can: readonly ("foreignEvent" | "stall" | "leave" | "speak" | "keeps")[];
  start(): Promise<FarSide>;
}

/** The adapter under test. */
export interface AdapterSubject {
  readonly adapter: Adapter;
  /** The least that its schema takes; what a far side says of itself is laid over it. */
  readonly validConfig: Readonly<Record<string, unknown>>;
  readonly harness: AdapterHarness;
}

/** One rule. `run` rejects where it is broken. */
export interface AdapterCase {
  /** A sentence. */
  readonly name: string;
  isFor(subject: AdapterSubject): boolean;
  run(bench: Bench): Promise<void>;
}

/** What a case works with. */
export interface Bench {
  readonly subject: AdapterSubject;
  readonly far: FarSide;
  /** Opens the adapter; what it gave is closed at the end of the case. */
  open(): { readonly sink?: Sink; readonly source?: Source };
  /** A sink that is connected. */
  connect(): Promise<Sink>;
  close(): Promise<void>;
}

/** Longest that an orderly adapter takes for anything. */
export const limitMs = 5000;

/** A bench for one case. */
export function bench(subject: AdapterSubject, far: FarSide): Bench {
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const made = openAdapter(subject, far);
    for (const each of [made.sink, made.source]) if (each !== undefined) opened.push(each);
    return made;
  };
  return {
    subject,
    far,
    open,
    connect: async () => {
      const { sink } = open();
      if (sink === undefined) throw new Error("the adapter has no sink");
      await within(sink.connect(timeLimit(limitMs)), "connect");
      return sink;
    },
    // What a close does wrong is for the cases about closing to say.
    close: async () => void (await Promise.allSettled(opened.map((each) => each.close()))),
  };
}

/** What opens and is never connected has nothing to close. */
function openAdapter({ adapter, validConfig }: AdapterSubject, far?: FarSide): ReturnType<Adapter["open"]> {
  return adapter.open(adapter.spec.config.parse({ ...validConfig, ...far?.config }), testContext());
}

/** What a host lends, for tests: the real clock and fetch, a log that says nothing. */
export function testContext(): AdapterContext {
  const silent = () => undefined;
  return {
    name: "conformance",
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: systemClock,
    fetch: globalThis.fetch,
    ns: "main",
    addressesOf: async (host) => [host],
    stillWanted: async () => true,
  };
}

/** `work`, unless it hangs. */
export async function within<T>(work: Promise<T>, what: string, ms = limitMs): Promise<T> {
  const done = new AbortController();
  const late = systemClock
    .sleep(ms, done.signal)
    .then(() => Promise.reject(new Error(`${what} hangs: nothing in ${ms} ms`)));
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => undefined); // it was not late
  }
}

/** Holds a promise to a rejection by a FleetError, soon. */
export async function rejectsAsFleetError(
  work: Promise<unknown>,
  what: string,
  isRetryable?: boolean,
): Promise<void> {
  await rejects(within(work, what), (error: unknown) => {
    if (!(error instanceof FleetError))
      throw new Error(`${what} rejected with no FleetError but ${String(error)}`, { cause: error });
    if (isRetryable !== undefined)
      equal(
        error.isRetryable,
        isRetryable,
        `${what} rejected with ${error.code}, isRetryable ${error.isRetryable}`,
      );
    return true;
  });
}

/** The ids that have arrived, once `count` have; after a while with what there is. */
export async function arrivedIds(far: FarSide, count: number): Promise<readonly string[]> {
  const end = performance.now() + limitMs;
  for (;;) {
    const ids = (await far.arrivals()).map(({ eventId }) => eventId);
    if (ids.length >= count || performance.now() > end) return ids;
    await systemClock.sleep(10);
  }
}

/** Long enough for what must not arrive to arrive. */
export const graceMs = 150;

/** One send as the host makes it, with a notice that holds the event's id. */
export function sendTo(sink: Sink, event: FleetEvent, signal: AbortSignal): Promise<SendReceipt> {
  return sink.send(event, signal, bareNotice(event));
}

/** A signal for one call, or for each of so many at a time: a far side may take them one after the other. */
export function limit(calls = 1): AbortSignal {
  return timeLimit(calls * limitMs);
}

/** Whether the adapter has a sink, as what `open` gives says. */
export function isSink(subject: AdapterSubject): boolean {
  return openAdapter(subject).sink !== undefined;
}

/** Whether the adapter has a source, as what `open` gives says. */
export function isSource(subject: AdapterSubject): boolean {
  return openAdapter(subject).source !== undefined;
}

/** What a far side's `speak` says. */
export function spokenText(n: number): string {
  return `text ${n}`;
}
