import type { Clock } from "../../clock.ts";

const waitsMs = [50, 100, 250, 500, 1000, 2000];

/** Waits between attempts of the bus itself: longer each time, shortest again after a success. */
export interface Backoff {
  /** Never rejects; an abort ends it. */
  wait(signal: AbortSignal): Promise<void>;
  reset(): void;
}

/** A back-off on `clock`, with jitter so that many do not come back at once. */
export function backoff(clock: Clock): Backoff {
  let attempt = 0;
  return {
    reset: () => {
      attempt = 0;
    },
    wait: async (signal) => {
      const waitMs = waitsMs[Math.min(attempt, waitsMs.length - 1)] ?? 0;
      attempt += 1;
      // An abort is no failure: whoever waits looks at the signal.
      await clock.sleep(waitMs * (0.5 + Math.random() / 2), signal).catch(() => undefined);
    },
  };
}
