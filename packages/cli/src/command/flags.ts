import { FleetError } from "@fleetbus/core";
import type { Flag } from "./define.ts";
import { readDuration } from "./duration.ts";

/** A switch: true when given. */
export function toggle(syntax: string, about: string): Flag<boolean> {
  return { syntax, about, read: (raw) => raw === true };
}

/** A text that may be absent. */
export function text(syntax: string, about: string): Flag<string | undefined> {
  return { syntax, about, read: optional };
}

/** A text that must be there: only for `<…>` arguments. */
export function required(syntax: string, about: string): Flag<string> {
  return { syntax, about, read: (raw) => optional(raw) ?? "" };
}

/** What is left of the command line: `[body...]`. */
export function rest(syntax: string, about: string): Flag<readonly string[]> {
  return { syntax, about, read: (raw) => (Array.isArray(raw) ? raw.map(String) : []) };
}

/** One of `values`. */
export function choice<const T extends string>(
  syntax: string,
  about: string,
  values: readonly T[],
): Flag<T | undefined> {
  const read = (raw: unknown): T | undefined => {
    const given = optional(raw);
    const found = values.find((value) => value === given);
    if (given === undefined || found !== undefined) return found;
    throw new FleetError("usage", `reading ${syntax}: "${given}" is none of ${values.join(", ")}`);
  };
  return { syntax, about: `${about} (${values.join(", ")})`, read };
}

/** A length of time in milliseconds: `250ms`, `10s`, `5m`, `24h`, `7d`. */
export function duration(syntax: string, about: string): Flag<number | undefined> {
  const read = (raw: unknown): number | undefined => {
    const given = optional(raw);
    return given === undefined ? undefined : readDuration(given, syntax);
  };
  return { syntax, about, read };
}

/** Whole numbers of at least 1, for `<seq...>`. */
export function numbers(syntax: string, about: string): Flag<readonly number[]> {
  const words = rest(syntax, about);
  return { syntax, about, read: (raw) => words.read(raw).map((word) => readCount(word, syntax)) };
}

/** One whole number of at least 1, for `<seq>`. */
export function number(syntax: string, about: string): Flag<number> {
  return { syntax, about, read: (raw) => readCount(optional(raw) ?? "", syntax) };
}

/** The switch of every command that reads. */
export const json: Flag<boolean> = toggle("--json", "print JSON");

function optional(raw: unknown): string | undefined {
  return typeof raw === "string" ? raw : undefined;
}

function readCount(word: string, syntax: string): number {
  const count = Number(word);
  if (/^\d+$/.test(word) && Number.isSafeInteger(count) && count > 0) return count;
  throw new FleetError("usage", `reading ${syntax}: "${word}" is not a whole number above 0`);
}
