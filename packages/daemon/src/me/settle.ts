import { toFleetError } from "@fleetbus/core";
import type { Notified } from "../host/notify.ts";
import type { ClimbedRung } from "./record.ts";

const againMs = 1000;

/**
 * A rung after what became of its notice; the very same where nothing changed. What was sent counts its time from then,
 * what quiet hours have let go from its next try; what is being tried keeps the time of its first.
 */
export function afterNotice(rung: ClimbedRung, told: Notified, nowMs: number): ClimbedRung {
  const { adapter, state, sinceMs } = rung;
  if (told.type === "sent") return { adapter, state: "sent", sinceMs: told.atMs };
  if (told.type === "failed") return { adapter, state: "failed", sinceMs, reason: told.reason };
  if (told.type === "held")
    return state === "held" ? rung : { adapter, state: "held", sinceMs, reason: "quiet hours" };
  const isKnown = state === "trying" && rung.reason === told.reason;
  return isKnown
    ? rung
    : { adapter, state: "trying", sinceMs: state === "held" ? nowMs : sinceMs, reason: told.reason };
}

/** An adapter that is not there any more will never send; a server that is away is asked again. */
export function failedBy(nowMs: number): (error: unknown) => Notified {
  return (error) => {
    const { isRetryable, message: reason } = toFleetError(error);
    return isRetryable ? { type: "later", untilMs: nowMs + againMs, reason } : { type: "failed", reason };
  };
}

/** Whether a later try may go well: the server is away. */
export function isRetryableError(error: unknown): boolean {
  return toFleetError(error).isRetryable;
}
