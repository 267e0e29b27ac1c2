import type { Clock, Stage } from "@fleetbus/core";
import type { Journal } from "../disk/journal.ts";
import { leaseKey, type Lease } from "./lease.ts";

/** What is on disk of a mailbox's leases, and what the server is told of them: always in this order (DESIGN §5 Leases). */
export interface Ledger {
  /** Notes where a lease stands; resolves when it is on disk. */
  note(lease: Lease): Promise<void>;
  /** As `note`, where nobody waits for it. */
  noteSoon(lease: Lease): void;
  /** Notes an end, then acknowledges. An acknowledgement that fails is made up for when the delivery comes again. */
  conclude(lease: Lease, stage: Stage): Promise<void>;
  /** Returns a delivery to the server at once. Never rejects. */
  giveBack(lease: Lease): Promise<void>;
}

/** What a ledger needs. */
export interface LedgerDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  onError(error: unknown, doing: string): void;
}

/** The ledger of one mailbox. */
export function ledger({ journal, clock, onError }: LedgerDeps): Ledger {
  const note = ({ delivery, message, offers, shows }: Lease) =>
    journal.hold({ seq: delivery.seq, ack: delivery.ackSubject, key: leaseKey(message), offers, shows });
  return {
    note,
    noteSoon: (lease) => void note(lease).catch((error: unknown) => onError(error, "journaling a lease")),
    conclude: async ({ delivery, message }, stage) => {
      await journal.finish({ seq: delivery.seq, key: leaseKey(message), stage, at: clock.now() });
      await delivery.ack().catch((error: unknown) => onError(error, "acknowledging an ended message"));
    },
    giveBack: async ({ delivery }) => {
      await delivery.nak().catch((error: unknown) => onError(error, "giving a message back"));
    },
  };
}
