import {
  FleetError,
  formatAddress,
  toFleetError,
  type Address,
  type Clock,
  type Message,
} from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import type { Bus, Incoming, Outgoing, Stored } from "@fleetbus/core/bus";
import type { Outbox } from "../disk/outbox.ts";
import { bodyDigest } from "./lease.ts";
import type { ReceiptWriter } from "./receipts.ts";

const patienceMs = 1000;

/** What publishing needs. */
export interface PublishDeps {
  readonly bus: Bus;
  readonly outbox: Outbox;
  readonly receipts: ReceiptWriter;
  readonly clock: Clock;
  encode(message: Message): Outgoing;
  decode(incoming: Incoming): Message;
}

/** What became of one message for one mailbox. */
export interface Published {
  readonly message: Message;
  readonly stored?: Stored;
}

/**
 * Stores one message: with the server where it can, else in the spool (DESIGN §5 `stored`), also behind one of the same
 * sender to the same mailbox that is still in the spool: none overtakes another. The same id again is the same message;
 * with another body it is refused with `conflict` (DESIGN §3).
 */
export async function publishMessage(message: Message, deps: PublishDeps): Promise<Published> {
  const outgoing = deps.encode(message);
  if (deps.outbox.pending().some(({ subject }) => subject === outgoing.subject))
    return spool(message, outgoing, deps);
  try {
    const stored = await inTime(deps.bus.publish(outgoing), deps.clock);
    if (stored.isDuplicate) await requireSame(message, stored, deps);
    // Of a duplicate too: who stored it first may have died before it said so.
    void deps.receipts.write({ message }, { stage: "stored" });
    return { message, stored };
  } catch (error) {
    if (toFleetError(error).code !== "unavailable") throw error;
    return spool(message, outgoing, deps);
  }
}

/** A server that hangs is as good as one that is away; where it took the message after all, the spool's is the same to it. */
async function inTime(stored: Promise<Stored>, clock: Clock): Promise<Stored> {
  const over = new AbortController();
  const late = clock.sleep(patienceMs, over.signal).then(() => {
    throw new FleetError("unavailable", "storing a message: no answer within a second");
  });
  stored.catch(() => undefined); // told by the race, or too late
  return Promise.race([stored, late]).finally(() => {
    over.abort();
    late.catch(() => undefined); // stopped
  });
}

async function spool(message: Message, outgoing: Outgoing, deps: PublishDeps): Promise<Published> {
  await deps.outbox.add([outgoing]);
  // Behind the message in the spool: nobody reads it before the message is stored.
  void deps.receipts.write({ message }, { stage: "stored", reason: "spooled until the server was there" });
  return { message };
}

/** The answer to whoever said it; `to` names the mailboxes it is for. */
export function publishAnswer({ message, stored }: Published, to: readonly Address[]): PublishAnswer {
  return {
    id: message.id,
    thread: message.thread,
    from: formatAddress(message.from),
    to: to.map(formatAddress),
    stage: stored === undefined ? "spooled" : "stored",
    isDuplicate: stored?.isDuplicate === true,
    ...(stored === undefined ? {} : { stream: stored.stream, seq: stored.seq }),
  };
}

async function requireSame(message: Message, stored: Stored, deps: PublishDeps): Promise<void> {
  const incoming = await deps.bus.get("INBOX", stored.seq);
  if (incoming === undefined) return; // erased since: nothing to compare with
  if (bodyDigest(deps.decode(incoming)) === bodyDigest(message)) return;
  const text = `sending message ${message.id} to ${formatAddress(message.to)}: that id was used with another body; choose another --id`;
  throw new FleetError("conflict", text, { details: { id: message.id, seq: stored.seq } });
}
