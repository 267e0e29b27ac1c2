import { monotonicFactory } from "ulid";
import type { Clock } from "../clock.ts";

/** Makes ids: lower-case ULIDs that sort by time and never repeat or go back within one source, even when the clock does. */
export type IdSource = () => string;

/** An id source on `clock`. One per process is enough. */
export function idSource(clock: Clock): IdSource {
  const next = monotonicFactory();
  let latest = 0;
  return () => {
    latest = Math.max(latest, clock.now());
    return next(latest).toLowerCase();
  };
}
