import type { Clock, FleetEvent, IdSource } from "@fleetbus/core";
import type { Outgoing } from "@fleetbus/core/bus";
import type { Outbox } from "../disk/outbox.ts";

/** Tells the fleet something about this daemon, as an event. Never throws; it is spooled like every other event. */
export type Announce = (kind: string, data: Readonly<Record<string, unknown>>) => void;

/** What announcing needs. */
export interface AnnounceDeps {
  readonly machine: string;
  readonly outbox: Pick<Outbox, "add">;
  readonly ids: IdSource;
  readonly clock: Clock;
  encode(event: FleetEvent): Outgoing;
  onError(error: unknown, doing: string): void;
}

/** The word that no session is named by (DESIGN §2): the daemon's own events are from it. */
const daemonSession = "fleet";

/** Announces in the name of one daemon. */
export function announcer({ machine, outbox, ids, clock, encode, onError }: AnnounceDeps): Announce {
  return (kind, data) => {
    const time = new Date(clock.now()).toISOString();
    const from = { machine, session: daemonSession };
    const event: FleetEvent = { id: ids(), kind, from, time, origin: "system", data };
    outbox.add([encode(event)]).catch((error: unknown) => onError(error, `announcing ${kind}`));
  };
}
