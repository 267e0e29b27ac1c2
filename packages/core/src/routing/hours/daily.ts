import { zoneClock } from "./zone.ts";

/** What a daily cap says of one more send. */
export interface Day {
  /** The date in the user's zone that it counts for. */
  readonly day: string;
  /** When the next one begins there. */
  readonly nextMs: number;
}

/** The day of `zone` (the machine's own where absent) at `nowMs`; one of 23 or 25 hours where the clock is set. */
export function dayAt(nowMs: number, zone?: string): Day {
  const clock = zoneClock(zone);
  return { day: clock.dayOf(nowMs), nextMs: clock.next(0, nowMs) };
}
