import type { Clock } from "../../clock.ts";

/** Tells those who wait that something about the bus is different now. */
export interface Change {
  notify(): void;
  /** Resolves at the next notification, after `ms` of the clock, or when the signal aborts. Never rejects. */
  wait(ms: number | undefined, signal: AbortSignal): Promise<void>;
}

/** A change on `clock`. */
export function changeOn(clock: Clock): Change {
  const waiters = new Set<() => void>();
  return {
    notify: () => {
      for (const wake of waiters) wake();
    },
    wait: async (ms, signal) => {
      const over = new AbortController();
      await new Promise<void>((resolve) => {
        if (signal.aborted) return resolve();
        waiters.add(resolve);
        over.signal.addEventListener("abort", () => waiters.delete(resolve));
        signal.addEventListener("abort", () => resolve(), { signal: over.signal });
        // A sleep that is called off is not a failure: another cause woke us.
        if (ms !== undefined) clock.sleep(ms, over.signal).then(resolve, () => undefined);
      });
      over.abort();
    },
  };
}
