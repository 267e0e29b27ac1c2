import type { Clock, FleetEvent } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";

/** One delivery that an instance is to send. */
export interface Item {
  readonly delivery: Delivery;
  readonly event: FleetEvent;
  /** It tells that a state is over. */
  readonly isResolved: boolean;
}

/** How long the server may be away for a delivery to be given back; after that its acknowledgement wait brings it back. */
const waitsMs = [500, 1000, 2000, 4000, 8000, 16_000];

/** Brings a delivery back after a while, also where the server is away for a moment. Never rejects. */
export async function giveBack(delivery: Delivery, clock: Clock, delayMs?: number): Promise<void> {
  for (const waitMs of waitsMs) {
    try {
      return await delivery.nak(delayMs);
    } catch {
      await clock.sleep(waitMs); // away: asked again
    }
  }
}

/** Brings a delivery back at once, where the server is there: for one who stops. Never rejects. */
export async function letGo(delivery: Delivery): Promise<void> {
  await delivery.nak().catch(() => undefined); // it comes again after the acknowledgement wait
}
