import { z } from "zod";
import { FleetError } from "../errors/fleet-error.ts";

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** So many per period. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** A daily span in local time, in minutes since midnight; `to` before `from` is over midnight. */
export interface DailySpan {
  readonly from: number;
  readonly to: number;
}

/** `500ms`, `90s`, `5m`, `1h30m`, `7d`, `2w` in milliseconds; throws `usage` for anything else, and for nothing at all. */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/gy)];
  const length = parts.reduce((sum, [whole]) => sum + whole.length, 0);
  const totalMs = parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitMs(unit), 0);
  if (length === text.trim().length && totalMs > 0) return totalMs;
  throw new FleetError(
    "usage",
    `reading duration "${text}": use a number and ms, s, m, h, d or w, as in 5m or 1h30m`,
  );
}

/** A duration as `parseDuration` reads it, in its largest units: 5400000 is `1h30m`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  const parts: string[] = [];
  for (const [unit, size] of Object.entries(units).toReversed()) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.join("") || "0ms";
}

/** How long something took, for a person: from a second on in whole seconds. */
export function formatElapsed(ms: number): string {
  return formatDuration(ms < 1000 ? ms : Math.round(ms / 1000) * 1000);
}

/** `20/h`, `5/10m`; throws `usage` for anything else. */
export function parseRate(text: string): Rate {
  const [, count = "", period = ""] = /^(\d+)\/(\d.*|ms|[smhdw])$/.exec(text.trim()) ?? [];
  const perMs = period === "" ? 0 : parseDuration(/^\d/.test(period) ? period : `1${period}`);
  if (Number(count) > 0 && Number.isSafeInteger(Number(count)) && perMs > 0)
    return { count: Number(count), perMs };
  throw new FleetError("usage", `reading rate "${text}": use a count and a period, as in 20/h or 5/10m`);
}

/** `22:00-07:00`; throws `usage` for anything else. */
export function parseDailySpan(text: string): DailySpan {
  const [, h1, m1, h2, m2] =
    /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  const span = { from: Number(h1) * 60 + Number(m1), to: Number(h2) * 60 + Number(m2) };
  if (h1 !== undefined && span.from !== span.to) return span;
  throw new FleetError("usage", `reading hours "${text}": use two times of day, as in 22:00-07:00`);
}

/** A zod string that one of the readers above turns into its value. */
function readBy<T>(read: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({
        code: "custom",
        message: error instanceof FleetError ? hintOf(error) : String(error),
      });
      return z.NEVER;
    }
  });
}

/** Milliseconds, written as `parseDuration` reads them. */
export const durationSchema = readBy(parseDuration);
/** A `Rate`, written as `20/h`. */
export const rateSchema = readBy(parseRate);
/** A `DailySpan`, written as `22:00-07:00`. */
export const dailySpanSchema = readBy(parseDailySpan);

/** An IANA time zone that this machine knows. */
export const zoneSchema = z.string().refine(isZone, "no time zone that this machine knows, as Europe/Berlin");

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // Intl has no other way to ask
  }
}

/** The way out of an error, without the value that the problem's line shows already. */
function hintOf(error: FleetError): string {
  return error.message.replace(/^.*?": /s, "");
}

function unitMs(unit: string | undefined): number {
  return Object.entries(units).find(([name]) => name === unit)?.[1] ?? 0;
}
