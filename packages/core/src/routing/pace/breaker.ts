/**
 * A circuit breaker as data. `closed`: everything is tried. `open`: nothing is, until `untilMs`. `half-open`: one probe
 * is under way, and decides.
 */
export type Breaker =
  | { readonly state: "closed"; readonly failures: number }
  | { readonly state: "open"; readonly untilMs: number; readonly openings: number }
  | { readonly state: "half-open"; readonly openings: number };

/** After so many failures in a row it opens. */
export const failuresToOpen = 5;

const openForMs = [10_000, 30_000, 60_000, 120_000, 300_000] as const;

/** A breaker that has seen nothing. */
export const closedBreaker: Breaker = { state: "closed", failures: 0 };

/** Asks to try: the breaker afterwards, or until when to wait (undefined: until the probe's result). */
export function askBreaker(
  breaker: Breaker,
  nowMs: number,
):
  | { readonly may: true; readonly breaker: Breaker }
  | { readonly may: false; readonly untilMs: number | undefined } {
  if (breaker.state === "closed") return { may: true, breaker };
  if (breaker.state === "half-open") return { may: false, untilMs: undefined };
  if (nowMs < breaker.untilMs) return { may: false, untilMs: breaker.untilMs };
  return { may: true, breaker: { state: "half-open", openings: breaker.openings } };
}

/** After a try that could be made again: one more failure in a row, or a failed probe. */
export function afterFailure(breaker: Breaker, nowMs: number): Breaker {
  if (breaker.state === "open") return breaker; // one that was under way when it opened
  if (breaker.state === "half-open") return opened(breaker.openings + 1, nowMs);
  const failures = breaker.failures + 1;
  return failures < failuresToOpen ? { state: "closed", failures } : opened(1, nowMs);
}

/** After any answer of a far side that is there, a refusal included. */
export function afterAnswer(breaker: Breaker): Breaker {
  return breaker.state === "closed" && breaker.failures === 0 ? breaker : closedBreaker;
}

/** A probe that ended without a result, as by a stop: the next one may probe. */
export function afterNothing(breaker: Breaker, nowMs: number): Breaker {
  if (breaker.state !== "half-open") return breaker;
  return { state: "open", untilMs: nowMs, openings: breaker.openings };
}

function opened(openings: number, nowMs: number): Breaker {
  const forMs = openForMs[Math.min(openings, openForMs.length) - 1] ?? openForMs[0];
  return { state: "open", untilMs: nowMs + forMs, openings };
}
