import type { DailySpan } from "../../config/values.ts";
import type { Priority } from "../../message/message.ts";
import { zoneClock } from "./zone.ts";

/**
 * Until when it is quiet, in milliseconds since 1970; undefined where it is not quiet at `nowMs`. The hours are those of
 * the wall clock in `zone` (the machine's own where absent): on a day on which it is set forward or back they are
 * shorter or longer, and an end that it skips is the moment of the jump.
 */
export function quietUntil(nowMs: number, span: DailySpan, zone?: string): number | undefined {
  const clock = zoneClock(zone);
  return isWithin(clock.minuteOf(nowMs), span) ? clock.next(span.to, nowMs) : undefined;
}

/** Whether something of this priority reaches a person in quiet hours (DESIGN §11). */
export function breaksThrough(priority: Priority): boolean {
  return priority === "urgent";
}

function isWithin(minute: number, { from, to }: DailySpan): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
