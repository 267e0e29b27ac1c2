import { formatAddress, timeLimit } from "@fleetbus/core";
import { admit, type Shelf } from "./admission.ts";
import { recallBest, tellDeferred } from "./backlog.ts";

/** How a mailbox gets what its durable consumer has. All of it may be called concurrently; nothing of it rejects. */
export interface Refilling {
  /** The first fetch. */
  start(): Promise<void>;
  /** Fetches what the server says is there; what lies at `upTo` is held when it resolves, or was waited for in vain. */
  refill(upTo?: number): Promise<void>;
  /** What was stored before the call is held when it resolves (DESIGN §5 No idle race), or the signal has aborted. */
  catchUp(signal: AbortSignal): Promise<void>;
  /** Something has ended: the best of what waits for room is fetched. Many calls at once are one. */
  moveUp(): Promise<void>;
  /** Resolves when the fetch that is under way has ended; there are no more then. */
  close(): Promise<void>;
}

const fetchSize = 256;
const fetchTimeoutMs = 2000;
/** A server that took so long has not said that nothing is there; it is asked again, so often. */
const silentMs = 400;
const maxSilences = 5;
/** What a signal told of is waited for this long. */
const upToMs = 2000;

/**
 * A refilling of `shelf`. A server that is asked for what is there says "nothing" for a moment after it has acknowledged
 * a message (2.15.1: once in 70 times for a pull right behind it, more often under load). So where it matters a message's
 * place is known, from a signal or by asking for the newest stored one, and the server is asked until that is there.
 */
export function refilling(shelf: Shelf): Refilling {
  const { owner, deps } = shelf;
  let running: Promise<void> = Promise.resolve();
  /** One that has not begun yet: all who ask meanwhile share it. */
  let next: Promise<void> | undefined;
  let moving: Promise<void> | undefined;
  const closing = new AbortController();
  const fetchOnce = (): Promise<void> => {
    const begin = () => {
      next = undefined;
      return fetchAll(shelf, closing.signal);
    };
    next ??= running
      .then(begin)
      .catch((error: unknown) => deps.onError(error, `fetching for ${formatAddress(owner)}`));
    running = next;
    return next;
  };
  /** 0 where the server does not say: then what it gives must do. */
  const lastStored = () => deps.lastStored().catch(() => 0);
  const until = async (seq: number, signal: AbortSignal) => {
    const isMissing = () => shelf.newestSeq < seq;
    for (let pauseMs = 1; isMissing() && !signal.aborted; pauseMs *= 2) {
      await deps.clock.sleep(pauseMs, signal).catch(() => undefined); // aborted: it is not waited for any longer
      await fetchOnce();
    }
    know(shelf, seq);
  };
  const moveUp = () =>
    (moving ??= Promise.resolve().then(async () => {
      moving = undefined;
      const keys = closing.signal.aborted ? [] : await recallBest(shelf);
      if (keys.length === 0) return;
      await fetchOnce();
      if (keys.some((key) => !isHere(shelf, key))) void lookAgain(shelf, fetchOnce, closing.signal);
    }));
  return {
    start: async () => {
      // What an earlier owner of this name has ended is stored too and never comes again: a look back would wait for it.
      const stored = await lastStored();
      await fetchOnce();
      know(shelf, stored);
      void lookAgain(shelf, fetchOnce, closing.signal);
    },
    refill: async (upTo = 0) => {
      await fetchOnce();
      void moveUp(); // the depth may have grown
      if (shelf.newestSeq < upTo) await until(upTo, AbortSignal.any([closing.signal, timeLimit(upToMs)]));
    },
    catchUp: async (signal) => {
      const [stored] = await Promise.all([lastStored(), fetchOnce()]);
      await until(stored, AbortSignal.any([closing.signal, signal]));
    },
    moveUp,
    close: async () => {
      closing.abort();
      await moving;
      await running;
    },
  };
}

/** Nothing up to there is still to come. */
function know(shelf: Shelf, seq: number): void {
  shelf.newestSeq = Math.max(shelf.newestSeq, seq);
}

function isHere({ leases, backlog, ending }: Shelf, key: string): boolean {
  return leases.has(key) || backlog.has(key) || ending.has(key);
}

const lookAgainMs = [20, 100, 500];

/** What was stored just before the first fetch and not noticed by the server may have had its signal before. */
async function lookAgain(shelf: Shelf, fetchOnce: () => Promise<void>, closed: AbortSignal): Promise<void> {
  for (const ms of lookAgainMs) {
    await shelf.deps.clock.sleep(ms, closed).catch(() => undefined); // closed: the loop ends
    if (!closed.aborted) await fetchOnce();
  }
}

async function fetchAll(shelf: Shelf, closed: AbortSignal): Promise<void> {
  const { owner, deps } = shelf;
  for (let silences = 0; !closed.aborted;) {
    const startedAt = deps.clock.monotonic();
    const signal = timeLimit(fetchTimeoutMs);
    const { deliveries, isMore } = await deps.source.fetch({ max: fetchSize, signal });
    const admitted = await Promise.all(deliveries.map((delivery) => admit(delivery, shelf)));
    if (admitted.some(Boolean)) deps.onArrival(owner);
    await tellDeferred(shelf);
    if (isMore) continue;
    const isSilent = deliveries.length === 0 && deps.clock.monotonic() - startedAt >= silentMs;
    if (!isSilent || ++silences === maxSilences) return;
  }
}
