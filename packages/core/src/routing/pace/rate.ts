import type { Rate } from "../../config/values.ts";

/** The times of the last sends that a rate still counts, oldest first. */
export type Recent = readonly number[];

/** When one more send fits into the rate, no later than `nowMs` where it does already. A sliding window: never more than `count` within any `perMs`. */
export function rateFreeAt(rate: Rate, recent: Recent, nowMs: number): number {
  const first = recent[recent.length - rate.count];
  return first === undefined ? nowMs : Math.max(nowMs, first + rate.perMs);
}

/** The sends to remember after one more. */
export function rateTaken(rate: Rate, recent: Recent, nowMs: number): Recent {
  return [...recent, nowMs].slice(-rate.count);
}
