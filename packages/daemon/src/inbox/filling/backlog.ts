import { offerRank, wakes, type Message } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";
import type { Shelf } from "./admission.ts";
import { leaseKey, type Lease } from "../lease.ts";

/** All of a message that is kept while it waits on the server for room in its mailbox: its body comes again with it. */
export type Head = Pick<Message, "id" | "from" | "to" | "kind" | "priority" | "mode" | "expiresAt">;

/** A message beyond its mailbox's depth (DESIGN §5 Bounded, never silent). Its delivery stays open on the server. */
export interface Deferred {
  readonly message: Head;
  readonly delivery: Pick<Delivery, "seq" | "ackSubject" | "ack" | "nak">;
  readonly offers: number;
  readonly shows: number;
  /** Its sender knows that it waits. */
  isDeferred?: boolean;
}

/**
 * Takes a lease in where there is room, or in place of a waiting one that may rather wait; what has to go or to stay out
 * is kept by its head alone. True when the lease is held.
 */
export function place(lease: Lease, shelf: Shelf): boolean {
  const { leases, backlog } = shelf;
  const key = leaseKey(lease.message);
  backlog.delete(key);
  leases.set(key, lease);
  if (roomOf(shelf) >= 0) return true;
  const last = waitingOf(shelf).reduce((worst, each) => (comesBefore(worst, each) ? each : worst));
  const lastKey = leaseKey(last.message);
  leases.delete(lastKey);
  backlog.set(lastKey, headOf(last));
  return last !== lease;
}

/** How many more may wait here; negative where there are too many. What is with the model does not wait. */
export function roomOf(shelf: Shelf): number {
  return shelf.deps.depth() - waitingOf(shelf).length;
}

/**
 * Asks the server for the best of the backlog again, as many as there is room for; they come with the next fetch. Gives
 * their keys. What could not be asked for stays where it was.
 */
export async function recallBest(shelf: Shelf): Promise<readonly string[]> {
  const room = roomOf(shelf);
  if (room <= 0 || shelf.backlog.size === 0) return [];
  const best = [...shelf.backlog].sort(([, a], [, b]) => (comesBefore(a, b) ? -1 : 1)).slice(0, room);
  for (const [key] of best) shelf.backlog.delete(key);
  const recall = async ([key, deferred]: (typeof best)[number]) => {
    try {
      await deferred.delivery.nak();
      return [key];
    } catch (error) {
      shelf.backlog.set(key, deferred);
      shelf.deps.onError(error, "asking for a deferred message");
      return [];
    }
  };
  return (await Promise.all(best.map(recall))).flat();
}

/** Tells the senders of what came to wait for room, all in one write; each once, also over a restart. */
export async function tellDeferred(shelf: Shelf): Promise<void> {
  const untold = [...shelf.backlog.values()].filter((each) => each.isDeferred !== true);
  if (untold.length === 0) return;
  for (const each of untold) each.isDeferred = true;
  const { deps, ledger } = shelf;
  const reason = `no room in its inbox, where ${deps.depth()} wait already: it comes when there is`;
  await deps.receipts.writeAll(untold, { stage: "deferred", reason });
  for (const each of untold) ledger.noteSoon(each);
}

function waitingOf({ leases }: Shelf): readonly Lease[] {
  return [...leases.values()].filter((lease) => lease.phase === "waiting");
}

type Standing = Pick<Deferred, "message"> & { readonly delivery: Pick<Delivery, "seq"> };

/** What is urgent, then what wakes its session, for only that makes room by itself; then as it would be offered. */
function comesBefore(a: Standing, b: Standing): boolean {
  const difference = standing(a) - standing(b) || a.delivery.seq - b.delivery.seq;
  return difference < 0;
}

/** One number: a thousand are compared for each that comes beyond the depth. */
function standing({ message }: Standing): number {
  const isUrgent = message.priority === "urgent";
  return (isUrgent ? 0 : 1000) + (wakes(message) ? 0 : 100) + offerRank(message);
}

/** Without the body, and without what holds the body. */
function headOf({ message, delivery, offers, shows, isDeferred }: Lease): Deferred {
  const { id, from, to, kind, priority, mode, expiresAt } = message;
  const { seq, ackSubject, ack, nak } = delivery;
  return {
    message: { id, from, to, kind, priority, mode, ...(expiresAt === undefined ? {} : { expiresAt }) },
    delivery: { seq, ackSubject, ack, nak },
    ...{ offers, shows },
    ...(isDeferred === true ? { isDeferred } : {}),
  };
}
