import { unlessAborted } from "@fleetbus/core";

/** Runs work one after the other within a key, side by side between keys. */
export type Lanes = <T>(key: string, work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Lanes that are all free. Work whose signal aborts before its turn is not begun. */
export function lanes(): Lanes {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work, signal) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = unlessAborted(before, signal).then(work);
    // Whoever comes next waits for those before, also when this one gave up early.
    const tail = Promise.allSettled([before, mine]).then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    tails.set(key, tail);
    return mine;
  };
}
