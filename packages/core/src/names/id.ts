import { randomBytes } from "node:crypto";
import { decodeTime, monotonicFactory } from "ulid";
import type { Clock } from "../clock.ts";

/** Makes ids: lower-case ULIDs that sort by time and never repeat or go back within one source, even when the clock does. */
export type IdSource = () => string;

/**
 * An id source on `clock`. One per process is enough. `after` is the newest id that an earlier process made: where the
 * clock was set back since, ids go on behind it all the same, for what is folded by id skips older ones.
 */
export function idSource(clock: Clock, after?: string): IdSource {
  const next = monotonicFactory(random);
  let latest = after === undefined ? 0 : timeOf(after) + 1;
  return () => {
    latest = Math.max(latest, clock.now());
    return next(latest).toLowerCase();
  };
}

/** As ulid's own, which would load all of Web Crypto for it: 3 ms of a short command. */
function random(): number {
  return randomBytes(1).readUInt8() / 256;
}

/** Milliseconds of an id of ours; an id that somebody chose has no time. */
function timeOf(id: string): number {
  return /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(id) ? decodeTime(id.toUpperCase()) : 0;
}
