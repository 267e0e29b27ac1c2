import { FleetError, type FleetEvent, type SendReceipt } from "@fleetbus/core";
import type { WakePlanner } from "./planner.ts";

/** Tells the planner what became of a wake; of other events nothing. */
export function reportWake(
  planner: Pick<WakePlanner, "reported">,
  event: FleetEvent,
  result: SendReceipt | FleetError,
): void {
  const nonce = event.data["nonce"];
  if (typeof nonce !== "string") return;
  const { skipped, providerId } =
    result instanceof FleetError ? { skipped: result.message, providerId: undefined } : result;
  planner.reported(nonce, skipped, providerId !== undefined);
}
