import type { Priority } from "@fleetbus/core";
import type { Lease } from "../../inbox/lease.ts";

/** What of a message that waits says how long. */
export interface Waiting {
  readonly message: Pick<Lease["message"], "priority">;
  readonly delivery: Pick<Lease["delivery"], "time">;
}

/**
 * Milliseconds until waiting mail may wake its session; 0 when it may now (config `wake.batch`). A turn reads all that
 * waits and pays for its context once, so ordinary mail is left to gather for so long after the oldest was stored; what is
 * high or urgent waits for nobody, and takes the rest along.
 */
export function gatherMs(
  wakeful: readonly Waiting[],
  { batchMs, nowMs }: { readonly batchMs: number; readonly nowMs: number },
): number {
  if (batchMs === 0 || wakeful.some(({ message }) => isPressing(message.priority))) return 0;
  const oldest = Math.min(...wakeful.map(({ delivery }) => delivery.time));
  // A server's clock that is ahead keeps nobody waiting for longer than the time that was asked for.
  return wakeful.length === 0 ? 0 : Math.min(batchMs, Math.max(0, oldest + batchMs - nowMs));
}

function isPressing(priority: Priority): boolean {
  return priority === "high" || priority === "urgent";
}
