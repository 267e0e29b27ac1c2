import { zoneClock, type ZoneClock } from "@fleetbus/core";

/** When a usage limit ends. */
export interface ResetTime {
  /** RFC 3339, UTC. */
  readonly until: string;
  /** Whether the text said so; else it is the time after which one tries again. */
  readonly isSaid: boolean;
}

/** A limit whose end nobody said is tried again after this long: a refused request costs nothing. */
const unsaidMs = 60 * 60_000;

/**
 * When the limit that a text tells of ends: `resets 3pm (Europe/Berlin)`, `resets at 3:30pm`, `resets Aug 8, 3pm (UTC)`,
 * `resets Aug 8` (as Claude Code 2.1.329 writes them), `try again at 5:30 PM`, `try again at Nov 21st, 2026 5:30 PM` (Codex), the next such time after `nowMs`; in the machine's own zone where
 * none is named that this system knows. An hour later where there is none to be read.
 */
export function resetTimeIn(text: string, nowMs: number): ResetTime {
  const found = timesIn(text).find(({ hour, month }) => hour !== undefined || month !== undefined);
  const ms = found === undefined ? undefined : nextOf(found, nowMs);
  const isSaid = ms !== undefined && Number.isFinite(ms) && ms > nowMs;
  return { until: new Date(isSaid ? ms : nowMs + unsaidMs).toISOString(), isSaid };
}

const pattern =
  /\b(?:resets?|try again)\b(?: on| at)?(?: (?<month>[A-Z][a-z]{2}) (?<day>\d{1,2})(?:st|nd|rd|th)?(?:, (?<year>\d{4}))?,?)?(?:(?: at)? (?<hour>\d{1,2})(?::(?<minute>\d{2}))?\s?(?<half>[apAP][mM])\b)?(?: \((?<zone>[A-Za-z][\w+/-]*)\))?/g;

type Parts = Readonly<
  Partial<Record<"month" | "day" | "year" | "hour" | "minute" | "half" | "zone", string>>
>;

function timesIn(text: string): readonly Parts[] {
  return [...text.matchAll(pattern)].map(({ groups = {} }) => groups);
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const dayMs = 24 * 60 * 60_000;

function nextOf(parts: Parts, nowMs: number): number | undefined {
  const minute = minuteOf(parts);
  if (minute === undefined) return undefined;
  const clock = clockOf(parts.zone);
  if (parts.month === undefined) return clock.next(minute, nowMs);
  const thisYear = Number(clock.dayOf(nowMs).slice(0, 4));
  const years = parts.year === undefined ? [thisYear, thisYear + 1] : [Number(parts.year)];
  return years
    .map((year) => onDay({ ...parts, year: String(year) }, minute, clock))
    .find((ms) => ms !== undefined && ms > nowMs);
}

/** Twelve is the first hour of its half; a day alone begins at midnight. */
function minuteOf({ hour, minute = "0", half }: Parts): number | undefined {
  if (hour === undefined) return 0;
  if (Number(hour) > 12 || Number(hour) === 0 || Number(minute) > 59) return undefined;
  return ((Number(hour) % 12) + (half?.toLowerCase() === "pm" ? 12 : 0)) * 60 + Number(minute);
}

/** The zones are at most 14 hours from UTC. */
function onDay({ year, month = "", day }: Parts, minute: number, clock: ZoneClock): number | undefined {
  const midnight = Date.UTC(Number(year), months.indexOf(month), Number(day));
  if (!months.includes(month) || !Number.isFinite(midnight)) return undefined;
  const date = new Date(midnight).toISOString().slice(0, 10);
  const times = [-1, 0, 1].map((days) => clock.next(minute, midnight + days * dayMs - dayMs / 2));
  return times.find((ms) => clock.dayOf(ms) === date);
}

function clockOf(zone: string | undefined): ZoneClock {
  try {
    return zoneClock(zone);
  } catch {
    return zoneClock(); // a name that this system does not know
  }
}
