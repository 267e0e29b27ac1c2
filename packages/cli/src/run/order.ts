import { FleetError } from "@fleetbus/core";

/** How much is kept of a command's output. */
export type LogMode = "full" | "tail" | "none";

/** What besides its end is told of a run, and how often at most. */
export interface Triggers {
  /** Each so often, when something new was written. */
  readonly partialMs?: number;
  /** A line that fits. */
  readonly regex?: RegExp;
  /** Between two events of the regex; lines that fit meanwhile are counted. */
  readonly regexGapMs: number;
  /** All output, in pieces. */
  readonly isStreamed: boolean;
}

/** What `fleet run` was asked for. */
export interface Order {
  readonly argv: readonly string[];
  /** The words of the user's own that go with every event. */
  readonly words: Words;
  readonly triggers: Triggers;
  readonly tailBytes: number;
  readonly log: LogMode;
  /** The full log is for adapters, too. */
  readonly isAttached: boolean;
  readonly timeoutMs: number | undefined;
}

/** Of the flags of the same names. */
export interface Words {
  readonly title?: string;
  readonly message?: string;
  readonly sound?: string;
  readonly to?: readonly string[];
}

/** Without `--interval`. */
const partialMs = 600_000;
const regexGapMs = 10_000;

/** Reads `--notify-on`, `--interval` and `--output`; throws `usage`. The end of a run is told in any case. */
export function triggersOf(
  notifyOn: string | undefined,
  intervalMs: number | undefined,
  isStreamed: boolean,
): Triggers {
  const own = { isStreamed, regexGapMs: capped(intervalMs ?? regexGapMs) };
  if (notifyOn === "partial") return { ...own, partialMs: capped(intervalMs ?? partialMs) };
  if (notifyOn?.startsWith("regex:") === true)
    return { ...own, regex: regexOf(notifyOn.slice("regex:".length)) };
  if (notifyOn !== undefined && notifyOn !== "exit")
    throw usage(`--notify-on: "${notifyOn}" is none of exit, partial, regex:<re>`);
  if (intervalMs !== undefined)
    throw usage("--interval says how often with --notify-on partial or regex:<re>, which is missing");
  return own;
}

/** The longest that a timer of Node can be. */
const maxTimerMs = 2 ** 31 - 1;

/** A time for a timer: a longer one would be over at once. */
export function capped(ms: number): number {
  return Math.min(ms, maxTimerMs);
}

function regexOf(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch (error) {
    throw usage(`--notify-on: ${error instanceof Error ? error.message.toLowerCase() : String(error)}`);
  }
}

/** Whether the order cannot do without seeing the output. */
export function needsOutput({ partialMs: interval, regex, isStreamed }: Triggers): boolean {
  return interval !== undefined || regex !== undefined || isStreamed;
}

const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 * 1024 };
const maxTailBytes = 64 * 1024;

/** Bytes of `500`, `10k`; throws `usage` for anything else and for more than an event may hold. */
export function tailBytesOf(text: string): number {
  const [, count, unit = ""] = /^(\d+)([km]?)$/i.exec(text) ?? [];
  const bytes = Number(count) * (units[unit.toLowerCase()] ?? 1);
  if (bytes > 0 && bytes <= maxTailBytes) return bytes;
  throw usage(`--tail: "${text}" is no size such as 500 or 10k, at most 64k`);
}

function usage(problem: string): FleetError {
  return new FleetError("usage", `reading the command line: ${problem}`);
}
