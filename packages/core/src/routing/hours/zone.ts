const dayMs = 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

/** A time zone's wall clock. Made by `zoneClock`; making one costs more than asking it. */
export interface ZoneClock {
  /** Minutes since local midnight, as the wall clock shows them. */
  minuteOf(timeMs: number): number;
  /** The local date, as `2026-03-29`. */
  dayOf(timeMs: number): string;
  /** The first time after `timeMs` at which the wall clock shows this minute, or passes it by being set forward. */
  next(minute: number, timeMs: number): number;
}

/** The wall clock of an IANA zone as this machine's Intl knows it; of the machine's own where none is named. */
export function zoneClock(zone?: string): ZoneClock {
  const format = new Intl.DateTimeFormat("en-CA", {
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...{ hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  const wall = (timeMs: number) => wallOf(format, timeMs);
  return {
    minuteOf: (timeMs) => minuteOf(wall(timeMs)),
    dayOf: (timeMs) => new Date(wall(timeMs)).toISOString().slice(0, 10),
    next: (minute, timeMs) => next(wall, minute, timeMs),
  };
}

/** The wall clock's reading as if it were UTC, in milliseconds without their fraction of a second. */
function wallOf(format: Intl.DateTimeFormat, timeMs: number): number {
  const parts = format.formatToParts(timeMs);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const [year, month, day] = [part("year"), part("month"), part("day")];
  return Date.UTC(year, month - 1, day, part("hour"), part("minute"), part("second"));
}

type Wall = (timeMs: number) => number;

function minuteOf(wallMs: number): number {
  return Math.floor((wallMs % dayMs) / minuteMs);
}

function next(wall: Wall, minute: number, timeMs: number): number {
  const midnight = wall(timeMs) - (wall(timeMs) % dayMs);
  for (const day of [0, 1, 2]) {
    const wanted = midnight + day * dayMs + minute * minuteMs;
    const [first] = timesOf(wall, wanted).filter((each) => each > timeMs);
    if (first !== undefined) return first;
  }
  return timeMs + dayMs; // no zone skips two days
}

/** When the wall clock shows `wanted`: once, twice where it was set back, and at the jump where it was set forward over it. */
function timesOf(wall: Wall, wanted: number): readonly number[] {
  const offsets = [wanted - dayMs, wanted + dayMs].map((timeMs) => wall(timeMs) - timeMs);
  const times = [...new Set(offsets.map((offset) => wanted - offset))].filter(
    (each) => wall(each) === wanted,
  );
  return times.length > 0 ? times.toSorted((a, b) => a - b) : [jump(wall, wanted)];
}

/** The first moment at which the wall clock shows more than `wanted`. */
function jump(wall: Wall, wanted: number): number {
  let [before, after] = [wanted - dayMs, wanted + dayMs];
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (wall(middle) < wanted) before = middle;
    else after = middle;
  }
  return after;
}
