import type { Address, Clock, Message } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import type { Journal } from "../../disk/journal.ts";
import { place, type Deferred } from "./backlog.ts";
import { leaseKey, type Lease } from "../lease.ts";
import type { Ledger } from "../ledger.ts";
import type { ReceiptWriter } from "../receipts.ts";
import type { Source } from "./source.ts";

/** What a mailbox works with. */
export interface MailboxDeps {
  readonly source: Source;
  /** The sequence of the newest message that is stored for it. */
  lastStored(): Promise<number>;
  readonly journal: Journal;
  readonly receipts: ReceiptWriter;
  readonly clock: Clock;
  /** How many messages may wait here; what is beyond waits on the server, and its sender is told. */
  depth(): number;
  /** Reads a delivery; rejects what is no message. */
  decode(delivery: Delivery): Message;
  /** Takes over a delivery that can never be offered; resolves when it lies in the dead letters. */
  bury(delivery: Delivery, reason: string, message?: Message): Promise<void>;
  /** Whether the mailbox, under what it was called then, belonged to the message's group when it was sent. */
  isAddressed(message: Message): boolean;
  /** What the mailbox was called when this was stored. */
  ownerAt(delivery: Delivery): Address;
  /** Why a message is not let in by this machine's policy (inbox/policy.ts); absent, all are. */
  refusal?(message: Message): string | undefined;
  /** Called when messages came or became available again. */
  onArrival(owner: Address): void;
  onError(error: unknown, doing: string): void;
}

/** What a mailbox holds, by lease key, and works with. */
export interface Shelf {
  readonly owner: Address;
  readonly deps: MailboxDeps;
  readonly ledger: Ledger;
  readonly leases: Map<string, Lease>;
  /** What is beyond the depth, by lease key. */
  readonly backlog: Map<string, Deferred>;
  /** Keys of those whose end is on its way to the disk and the server. */
  readonly ending: Set<string>;
  /** Nothing up to here is still to come: it was delivered, or is no more. */
  newestSeq: number;
}

/**
 * Takes one delivery in; true when there is something new to offer. What is no message is buried; what is not for this
 * mailbox or is held under another sequence is acknowledged silently, what has ended already once more.
 */
export async function admit(delivery: Delivery, shelf: Shelf): Promise<boolean> {
  const { deps, ledger, leases } = shelf;
  shelf.newestSeq = Math.max(shelf.newestSeq, delivery.seq);
  const message = read(delivery, deps);
  if (message instanceof Error) return deps.bury(delivery, message.message).then(() => false);
  const key = leaseKey(message);
  if (shelf.ending.has(key)) return false;
  const final = deps.journal.ended(key);
  if (final !== undefined) return ledger.concludeAgain(delivery, message, final).then(() => false);
  const known = leases.get(key);
  const isHeldAlready = known !== undefined && known.delivery.seq !== delivery.seq;
  if (isHeldAlready || !deps.isAddressed(message)) return delivery.ack().then(() => false);
  const { offers = 0, shows = 0, isDeferred = false } = deps.journal.find(delivery.seq, key) ?? {};
  const fresh: Lease = { message, delivery, phase: "waiting", wakes: 0, offers, shows, isDeferred };
  const lease = known === undefined ? fresh : Object.assign(known, { delivery });
  const reason = known === undefined ? deps.refusal?.(message) : undefined;
  if (reason !== undefined) return ledger.conclude(fresh, { stage: "refused", reason }).then(() => false);
  if (known === undefined && !place(lease, shelf)) return false;
  ledger.noteSoon(lease);
  return true;
}

function read(delivery: Delivery, deps: MailboxDeps): Message | Error {
  try {
    const message = deps.decode(delivery);
    return message.group === undefined ? message : { ...message, to: deps.ownerAt(delivery) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
