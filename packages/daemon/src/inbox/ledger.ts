import type { Clock, Message } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import type { FinalRecord, Journal } from "../disk/journal.ts";
import type { Deferred } from "./filling/backlog.ts";
import { leaseKey, type Lease } from "./lease.ts";
import type { ReceiptWriter, StageFacts } from "./receipts.ts";

/** What is on disk of a mailbox's leases, and what the server is told of them: always in this order (DESIGN §5 Leases). */
export interface Ledger {
  /** Notes where a message stands; resolves when it is on disk. */
  note(entry: Lease | Deferred): Promise<void>;
  /** As `note`, where nobody waits for it. */
  noteSoon(entry: Lease | Deferred): void;
  /**
   * Notes an end, tells the sender, then acknowledges: what a crash or a lost connection leaves out is made up for when
   * the delivery comes again. Rejects with `storage` where the end could not be noted.
   */
  conclude(entry: Lease | Deferred, end: StageFacts): Promise<void>;
  /** For a delivery that comes again although its message has ended: tells once more, acknowledges. */
  concludeAgain(delivery: Delivery, message: Message, final: FinalRecord): Promise<void>;
  /** Returns a delivery to the server at once. Never rejects. */
  giveBack(entry: Lease | Deferred): Promise<void>;
}

/** What a ledger needs. */
export interface LedgerDeps {
  readonly journal: Journal;
  readonly receipts: ReceiptWriter;
  readonly clock: Clock;
  onError(error: unknown, doing: string): void;
}

/** The ledger of one mailbox. */
export function ledger({ journal, receipts, clock, onError }: LedgerDeps): Ledger {
  const note = ({ delivery, message, offers, shows, isDeferred }: Lease | Deferred) =>
    journal.hold({
      ...{ seq: delivery.seq, ack: delivery.ackSubject, key: leaseKey(message), offers, shows },
      ...(isDeferred === true ? { isDeferred } : {}),
    });
  return {
    note,
    noteSoon: (lease) => void note(lease).catch((error: unknown) => onError(error, "journaling a lease")),
    conclude: async (lease, end) => {
      const { delivery, message, offers } = lease;
      const { stage, outcome } = end;
      const facts = { stage, offers, ...(outcome === undefined ? {} : { outcome }) };
      await journal.finish({ seq: delivery.seq, key: leaseKey(message), at: clock.now(), ...facts });
      await receipts.write(lease, end);
      await delivery.ack().catch((error: unknown) => onError(error, "acknowledging an ended message"));
    },
    concludeAgain: async (delivery, message, { stage, outcome, offers }) => {
      await receipts.write({ message, offers }, { stage, ...(outcome === undefined ? {} : { outcome }) });
      await delivery.ack();
    },
    giveBack: async ({ delivery }) => {
      await delivery.nak().catch((error: unknown) => onError(error, "giving a message back"));
    },
  };
}
