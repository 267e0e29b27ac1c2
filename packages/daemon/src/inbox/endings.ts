import { isExpired } from "@fleetbus/core";
import type { Shelf } from "./filling/admission.ts";
import type { Deferred } from "./filling/backlog.ts";
import { leaseKey, type Lease, type TurnEnd } from "./lease.ts";
import type { StageFacts } from "./receipts.ts";

/** Shown this often without an end, a message is dead (DESIGN §5 Leases). */
export const maxShows = 8;

/** How messages of one mailbox end. */
export interface Endings {
  /** From now on it is not offered; where the disk does not take its end, it is held as before. Rejects with `storage`. */
  end(entry: Lease | Deferred, end: StageFacts): Promise<void>;
  /** As `end`, with a turn's end: what was before the model keeps that end, and has it when the disk takes it. */
  finish(entry: Lease | Deferred, end: TurnEnd): Promise<void>;
  /** Lets a message wait again, or buries one that was shown too often. */
  again(lease: Lease): Promise<void>;
  /** Ends what is past its deadline and was not offered, and what the disk did not let end before; gives the work, which reports by itself. */
  expire(): readonly Promise<void>[];
}

/** The endings of what is on `shelf`; `onEnded` is called when there is room for others. */
export function endings(shelf: Shelf, onEnded: () => void): Endings {
  const end: Endings["end"] = async (entry, facts) => {
    await conclude(shelf, entry, facts);
    onEnded();
  };
  const finish: Endings["finish"] = async (entry, own) => {
    const isShown = "phase" in entry && entry.phase === "shown";
    if (isShown) entry.end ??= own;
    await end(entry, { stage: "done", ...(isShown ? entry.end : own) });
  };
  return {
    end,
    finish,
    again: async (lease) => {
      if (lease.end !== undefined) return;
      if (lease.shows < maxShows) return requeue(lease);
      lease.phase = "unproved"; // not offered while it is buried
      const reason = `shown ${lease.shows} times without an end`;
      try {
        await shelf.deps.bury(lease.delivery, reason, lease.message);
        await end(lease, { stage: "dead", reason });
      } catch (error) {
        requeue(lease);
        throw error;
      }
    },
    expire: () => {
      if (shelf.leases.size + shelf.backlog.size === 0) return []; // of a thousand mailboxes, each second
      const now = shelf.deps.clock.now();
      const leases = [...shelf.leases.values()];
      const waiting = [...leases.filter(({ phase }) => phase === "waiting"), ...shelf.backlog.values()];
      const report = (error: unknown) => shelf.deps.onError(error, "ending a message");
      const late = leases.flatMap((lease) => (lease.end === undefined ? [] : [finish(lease, lease.end)]));
      const expired = waiting.filter(({ message }) => isExpired(message, now));
      const ended = expired.map((entry) => end(entry, { stage: "expired" }));
      return [...late, ...ended].map((work) => work.catch(report));
    },
  };
}

/** It waits, and nobody was offered it. */
export function requeue(lease: Lease): void {
  lease.phase = "waiting";
  delete lease.offer;
}

async function conclude(
  { leases, backlog, ending, ledger }: Shelf,
  entry: Lease | Deferred,
  end: StageFacts,
): Promise<void> {
  const key = leaseKey(entry.message);
  leases.delete(key);
  backlog.delete(key);
  ending.add(key);
  try {
    await ledger.conclude(entry, end);
  } catch (error) {
    if ("phase" in entry) leases.set(key, entry);
    else backlog.set(key, entry);
    throw error;
  } finally {
    ending.delete(key);
  }
}
