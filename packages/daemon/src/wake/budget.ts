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

/** A sliding window per key. */
export function budget(rate: Rate, clock: Clock): Budget {
  const spent = new Map<string, number[]>();
  const recent = (key: string): number[] => {
    const since = clock.monotonic() - rate.perMs;
    const times = (spent.get(key) ?? []).filter((at) => at > since);
    if (times.length === 0) spent.delete(key);
    else spent.set(key, times);
    return times;
  };
  return {
    has: (key) => recent(key).length < rate.count,
    spend: (key) => void spent.set(key, [...recent(key), clock.monotonic()]),
    freeIn: (key) => {
      const times = recent(key);
      const oldest = times[times.length - rate.count];
      return oldest === undefined ? 0 : Math.max(0, oldest + rate.perMs - clock.monotonic());
    },
  };
}
