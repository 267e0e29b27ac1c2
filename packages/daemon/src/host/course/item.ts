import type { FleetEvent } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";

/** One delivery that an instance is to send. */
export interface Item {
  readonly delivery: Delivery;
  readonly event: FleetEvent;
  /** It tells that a state is over. */
  readonly isResolved: boolean;
}

/** Brings a delivery back after a while. Never rejects: at worst the server does by itself, after the acknowledgement wait. */
export async function giveBack(delivery: Delivery, delayMs?: number): Promise<void> {
  await delivery.nak(delayMs).catch(() => undefined);
}
