import type { Clock } from "@fleetbus/core";

/** Does something every so often until it is stopped, beginning after the first period. Failures are the next beat's to mend. */
export function everyFew(ms: number, clock: Clock, beat: () => Promise<unknown>): () => void {
  const over = new AbortController();
  const run = async () => {
    for (;;) {
      await clock.sleep(ms, over.signal);
      await beat().catch(() => undefined); // what is not kept alive comes again
    }
  };
  run().catch(() => undefined); // stopped
  return () => over.abort();
}
