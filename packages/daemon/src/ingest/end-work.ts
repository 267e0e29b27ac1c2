import type { FleetEvent, SessionRecord, TurnWork } from "@fleetbus/core";

const ends: ReadonlySet<string> = new Set(["turn.stopped", "turn.failed", "turn.interrupted", "turn.parked"]);

/**
 * What the end of a turn carries for everybody who hears of it: what the turn had done by then. Nothing for another event,
 * for a sub-agent's, and where no turn runs.
 */
export function endWork(
  { kind, data }: Pick<FleetEvent, "kind" | "data">,
  record: SessionRecord | undefined,
): { readonly work?: TurnWork } {
  const isMidTurn = record?.state === "busy" || record?.state === "waiting";
  if (!ends.has(kind) || !isMidTurn || data["agentId"] !== undefined) return {};
  return record.work === undefined ? {} : { work: record.work };
}
