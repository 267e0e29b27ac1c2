import { FleetError, toFleetError, type ErrorCode } from "@fleetbus/core";

/** Why something that came in was not taken, in a word for the audit. */
export type Why =
  "stranger" | "token" | "used" | "late" | "empty" | "size" | "denied" | "target" | "quota" | "rate";

/** Refused for good. Whoever may not know more is told nothing (`isSilent`). */
export function refusal(
  why: Why,
  text: string,
  { isSilent = false, code = "refused" }: { readonly isSilent?: boolean; readonly code?: ErrorCode } = {},
): FleetError {
  return new FleetError(code, `taking a reply: ${text}`, {
    details: { why, ...(isSilent ? { isSilent } : {}) },
  });
}

/** To be said again later: nothing is wrong with it. */
export function notNow(text: string, retryAfterMs: number): FleetError {
  return new FleetError("unavailable", `taking a reply: ${text}`, { details: { retryAfterMs } });
}

/** The word of a refusal; of what the daemon refused, its code. */
export function whyOf(thrown: unknown): string {
  const { code, details } = toFleetError(thrown);
  return typeof details["why"] === "string" ? details["why"] : code;
}

/** Whether it looks like somebody who has no business here. */
export function isSuspicious(thrown: unknown): boolean {
  return ["stranger", "token", "used", "quota"].includes(whyOf(thrown));
}
