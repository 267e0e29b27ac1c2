import type { FleetError } from "../../errors/fleet-error.ts";

const hour = 60 * 60 * 1000;

/** After this time since the first try an event is given up. */
export const givenUpAfterMs = 24 * hour;

const delaysMs = [1000, 5000, 15_000, 60_000, 5 * 60_000, 15 * 60_000] as const;
const jitter = 0.2;

/** What was tried so far, the failed try included. */
export interface Tries {
  readonly count: number;
  /** When the first one was made. */
  readonly sinceMs: number;
}

/** When the next try is, or why there is none: `never` for an error that no try will mend, `late` after 24 hours. */
export type NextTry = { readonly atMs: number } | "never" | "late";

/**
 * What follows a failed send: by time, not by count (a far side that fails for an hour loses nothing). The back-off has
 * a jitter of a fifth; a time that the far side named (`details.retryAfterMs`) is waited for, and a little longer.
 */
export function nextTry(
  error: Pick<FleetError, "isRetryable" | "details">,
  tries: Tries,
  { nowMs, random }: { readonly nowMs: number; readonly random: () => number },
): NextTry {
  if (!error.isRetryable) return "never";
  if (nowMs - tries.sinceMs >= givenUpAfterMs) return "late";
  const plain = delaysMs[Math.min(tries.count, delaysMs.length) - 1] ?? delaysMs[0];
  const delayMs = plain * (1 - jitter + 2 * jitter * random());
  const asked = retryAfterOf(error);
  return { atMs: nowMs + Math.round(Math.max(delayMs, asked === undefined ? 0 : asked + 1000 * random())) };
}

/** How long the far side said to wait; no longer than until it would be given up. */
export function retryAfterOf({ details }: Pick<FleetError, "details">): number | undefined {
  const said = details["retryAfterMs"];
  return typeof said === "number" && Number.isFinite(said) && said >= 0
    ? Math.min(said, givenUpAfterMs)
    : undefined;
}
