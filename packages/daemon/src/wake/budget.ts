import type { Clock } from "@fleetbus/core";

/** So many per period, as `20/h` in the config. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** Counts what was spent in the last period; nothing is saved over a restart. */
export interface Budget {
  /** Whether one more may be spent now. */
  has(key: string): boolean;
  spend(key: string): void;
  /** Milliseconds until one is free again; 0 when one is. */
  freeIn(key: string): number;
}

/** A sliding window per key. A rate that is asked for may change meanwhile. */
export function budget(given: Rate | (() => Rate), clock: Clock): Budget {
  const rateNow = typeof given === "function" ? given : () => given;
  const spent = new Map<string, number[]>();
  const recent = (key: string): number[] => {
    const since = clock.monotonic() - rateNow().perMs;
    const times = (spent.get(key) ?? []).filter((at) => at > since);
    if (times.length === 0) spent.delete(key);
    else spent.set(key, times);
    return times;
  };
  return {
    has: (key) => recent(key).length < rateNow().count,
    spend: (key) => void spent.set(key, [...recent(key), clock.monotonic()]),
    freeIn: (key) => {
      const rate = rateNow();
      const times = recent(key);
      const oldest = times[times.length - rate.count];
      return oldest === undefined ? 0 : Math.max(0, oldest + rate.perMs - clock.monotonic());
    },
  };
}
