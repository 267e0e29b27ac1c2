import {
  FleetError,
  messageOf,
  retryAfterOf,
  toFleetError,
  type Adapter,
  type AdapterContext,
  type Source,
  type SourceDelivery,
} from "@fleetbus/core";
import type { InboundView } from "@fleetbus/core/api";
import type { Lease } from "./lease.ts";

const backoffMs = [500, 2000, 5000, 15_000, 60_000];
/** Another machine may have paused or resumed what this one shares with it. */
const lookEveryMs = 10_000;
const closeMs = 5000;

/** What listening by one instance needs. */
export interface ListenerDeps {
  readonly adapter: Adapter;
  /** The adapter's own keys, parsed by its schema. */
  readonly config: unknown;
  readonly context: AdapterContext;
  /** Where the far side knows one listener. */
  readonly lease: Lease | undefined;
  /** How long stopping may take, also where the far side hangs. */
  readonly stopWithinMs: number;
  /** Settles one delivery. Never rejects. */
  take(delivery: SourceDelivery): Promise<void>;
  /** As the server knows it, or while it is away as it was before. Never rejects. */
  isPaused(): Promise<boolean>;
}

/** The source of one instance: it fails, waits and pauses by itself, beside its sink. */
export interface Listener {
  start(): void;
  /** It was paused or resumed here: looks at once. */
  look(): void;
  view(): Pick<InboundView, "isListening" | "elsewhere" | "lastError">;
  stop(): Promise<void>;
}

/** The listener of one instance; it does not listen yet. */
export function listenerOf(deps: ListenerDeps): Listener {
  const { clock, log, name } = deps.context;
  const stopping = new AbortController();
  let looking = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let lastError: string | undefined;
  let isListening = false;
  const onFailed = (error: unknown) => {
    lastError = messageOf(error);
    log.warn({ adapter: name, error: lastError }, "listening failed");
  };
  const onListening = (isNow: boolean) => {
    isListening = isNow;
    if (isNow) lastError = undefined;
  };
  /** Resolves at the next look, or when it is told to look now. */
  const pause = async (ms: number, signal: AbortSignal) =>
    clock.sleep(ms, AbortSignal.any([signal, looking.signal])).catch(() => undefined); // the caller looks
  const untilPaused = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await pause(lookEveryMs, signal);
      if (signal.aborted || (await deps.isPaused())) return;
    }
  };
  const listen = async (signal: AbortSignal) => {
    if (await deps.isPaused()) return;
    const leaving = new AbortController();
    const either = AbortSignal.any([signal, leaving.signal]);
    const paused = untilPaused(either).finally(() => leaving.abort());
    try {
      await hear(deps, { onListening, onFailed }, either);
    } finally {
      leaving.abort();
      await paused;
    }
  };
  const run = async (signal: AbortSignal) => {
    for (let tries = 0; !signal.aborted;) {
      try {
        if (await deps.isPaused()) await pause(lookEveryMs, signal);
        else if (deps.lease === undefined) await listen(signal);
        else await deps.lease.hold(listen, signal);
        tries = 0;
      } catch (error) {
        if (signal.aborted) return;
        onFailed(error);
        await pause(waitMs(error, tries), signal);
        tries += 1;
      }
    }
  };
  return {
    start: () => void (running = run(stopping.signal)),
    look: () => {
      looking.abort();
      looking = new AbortController();
    },
    view: () => {
      const elsewhere = deps.lease?.elsewhere();
      return {
        isListening,
        ...(elsewhere === undefined ? {} : { elsewhere }),
        ...(lastError === undefined ? {} : { lastError }),
      };
    },
    stop: async () => {
      stopping.abort(new FleetError("unavailable", "the adapter is stopping"));
      await within(deps, running, deps.stopWithinMs);
    },
  };
}

interface Told {
  onListening(isNow: boolean): void;
  onFailed(error: unknown): void;
}

/** Opens the source, connects it, and takes one delivery after the other until the signal aborts. Rejects where it cannot be opened or connected. */
async function hear(deps: ListenerDeps, told: Told, signal: AbortSignal): Promise<void> {
  const { adapter, config, context } = deps;
  const { source } = adapter.open(config, context);
  if (source === undefined)
    throw new FleetError("config", `opening adapter ${context.name}: it has no source`);
  try {
    await source.connect(signal);
    for (let tries = 0; !signal.aborted; tries += 1) {
      told.onListening(true);
      const { count, error } = await receive(deps, source, signal);
      told.onListening(false);
      if (signal.aborted) return;
      if (count > 0) tries = 0;
      told.onFailed(error);
      await context.clock.sleep(waitMs(error, tries), signal).catch(() => undefined); // the loop ends
    }
  } finally {
    told.onListening(false);
    await close(deps, source);
  }
}

/** How many it took, and why it ended; never rejects. */
async function receive({ take, context }: ListenerDeps, source: Source, signal: AbortSignal) {
  let count = 0;
  try {
    for await (const delivery of source.receive(signal)) {
      await take(delivery);
      count += 1;
    }
    return {
      count,
      error: new FleetError("unavailable", `listening by ${context.name}: the far side ended it`),
    };
  } catch (error) {
    return { count, error };
  }
}

/** Not before the time that the far side named. */
function waitMs(error: unknown, tries: number): number {
  const backoff = backoffMs[Math.min(tries, backoffMs.length - 1)] ?? 1000;
  return Math.max(backoff, retryAfterOf(toFleetError(error)) ?? 0);
}

/** A source that does not end is left behind. */
async function close({ context }: ListenerDeps, source: Source): Promise<void> {
  const closed = source
    .close()
    .catch((error: unknown) => context.log.warn({ error: messageOf(error) }, "closing a source failed"));
  await within({ context }, closed, closeMs);
}

async function within({ context }: Pick<ListenerDeps, "context">, work: Promise<void>, ms: number) {
  const over = new AbortController();
  const late = context.clock.sleep(ms, over.signal).catch(() => undefined); // it ended in time
  await Promise.race([work, late]);
  over.abort();
}
