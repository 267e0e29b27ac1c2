import { createHash, randomBytes } from "node:crypto";
import { formatAddress, type Message, type Outcome, type Proof, type SessionEventKind } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";

/**
 * Where a held message stands with the model: nobody has seen it, it went out with a hook's answer, it was before the
 * model, or the turn that was offered it has ended and the proof is still being looked for (DESIGN §5).
 */
export type Phase = "waiting" | "offered" | "shown" | "unproved";

/** One message that this daemon holds for one mailbox. It ends by lifecycle, never by time. */
export interface Lease {
  readonly message: Message;
  readonly delivery: Delivery;
  phase: Phase;
  /** How often it went out with a hook's answer. */
  offers: number;
  /** How often it was before the model without an end. */
  shows: number;
  /** How often its session was woken for it in this run. */
  wakes: number;
  /** Its sender knows that it did not fit. */
  isDeferred?: boolean;
  /** A tool call was denied for it by a line that only points to it: it comes with the next place that takes context. */
  hasDenied?: boolean;
  /** Set while offered or shown: the delimiter of its fence, which proves it. */
  offer?: Offer;
  /** Its turn has ended so, and the disk has not taken that yet: it stays `shown`, and is not offered again. */
  end?: TurnEnd;
}

/** One end of a turn, for the leases that end with it. */
export interface TurnEnd {
  /** Absent where no turn ended: it was acknowledged by hand, and a reply may come long after. */
  readonly outcome?: Outcome;
  readonly lastText?: string;
}

/** One offering of a message. */
export interface Offer {
  readonly nonce: string;
  readonly via: OfferVia;
  /** Clock milliseconds. */
  readonly at: number;
  readonly promptId?: string;
  /** A tool batch has ended since: the next PreToolUse needs a model answer. */
  isBatchOver?: boolean;
  /** The transcript of the conversation that held it when its turn was interrupted: the next request there carries it by itself. */
  keptIn?: string;
  proof?: Proof;
}

/** The event whose answer carried an offer, or the command that printed it. */
export type OfferVia = SessionEventKind | "inbox.printed";

/** An offering under a new nonce, made at `at` (clock milliseconds). */
export function newOffer(via: OfferVia, at: number, promptId: string | undefined): Offer {
  return { nonce: randomBytes(9).toString("hex"), via, at, ...(promptId === undefined ? {} : { promptId }) };
}

/** The same message for the same mailbox, however often it was stored: sender, target and id (DESIGN §3). */
export function leaseKey(message: Pick<Message, "id" | "from" | "to">): string {
  return `${formatAddress(message.from)} ${message.id} ${formatAddress(message.to)}`;
}

/** A short digest of a body, to tell a repeat from a conflict. */
export function bodyDigest(message: Message): string {
  return createHash("sha256").update(message.body).digest("base64url");
}

/** Whether what happened needs a model answer given after the offer, where nothing better proves it (DESIGN §5 `shown`). */
export function impliesShown(offer: Offer, kind: SessionEventKind): boolean {
  if (offer.via === "session.started") return false;
  if (kind === "message.displayed" || kind === "turn.stopped") return true;
  if (kind !== "tool.started") return false;
  const isInBatch = offer.via.startsWith("tool.") || offer.via === "inbox.printed";
  return !isInBatch || offer.isBatchOver === true;
}

/** What the turn of a mailbox's session is about: what was offered to it and has not ended. */
export function offeredTo(mailbox: { held(): readonly Lease[] } | undefined): readonly Lease[] {
  return (mailbox?.held() ?? []).filter(({ phase }) => phase === "offered" || phase === "shown");
}

/** Those whose senders do not know yet that they wait; once each: of a thousand that wait, every answer leaves nearly all. */
export function untold(deferred: readonly Lease[]): readonly Lease[] {
  const found = deferred.filter((lease) => lease.isDeferred !== true);
  for (const lease of found) lease.isDeferred = true;
  return found;
}
