import type { Clock } from "@fleetbus/core";

/** Something to be done once, a while later. */
export interface Afterwards {
  /** Does it after `ms`; while one waits another is not begun. */
  once(ms: number, work: () => void): void;
  cancel(): void;
}

/** A timer on `clock` that keeps nobody waiting. */
export function afterwards(clock: Clock): Afterwards {
  let waiting: AbortController | undefined;
  return {
    once: (ms, work) => {
      if (waiting !== undefined) return;
      const own = new AbortController();
      waiting = own;
      const wait = async () => {
        await clock.sleep(ms, own.signal);
        waiting = undefined;
        work();
      };
      void wait().catch(() => undefined); // cancelled
    },
    cancel: () => {
      waiting?.abort();
      waiting = undefined;
    },
  };
}
