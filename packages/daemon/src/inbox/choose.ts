import { randomBytes } from "node:crypto";
import {
  cutBytes,
  denialLine,
  momentOf,
  offerable,
  pointerLine,
  renderInbox,
  wakes,
  type SessionRecord,
} from "@fleetbus/core";
import type { Choice, ChooseAt } from "../ingest/conversation.ts";
import type { Framing } from "../requests/edge.ts";
import type { Lease } from "./lease.ts";
import type { Mailbox } from "./mailbox.ts";

/**
 * What may be offered at this event, framed; undefined where there is nothing, or nothing fits. A tool call is denied also
 * where a reason has no room for the message: once, by a line that says so.
 */
export function chooseOffer(mailbox: Mailbox, at: ChooseAt, nowMs: number): Choice | undefined {
  const moment = at.isGuard ? "guard" : momentOf(at.kind, at.isWake);
  const waiting = at.isGuard ? mailbox.waiting().filter(hasNotDenied) : mailbox.waiting();
  const leases = moment === undefined ? [] : offerable(waiting, moment, nowMs);
  if (leases.length === 0) return undefined;
  const choice = frameOffer(mailbox, {
    leases,
    via: at.kind,
    promptId: at.promptId,
    maxBytes: at.maxBytes,
    showHuman: at.showHuman,
  });
  if (choice.leases.length > 0) return choice;
  if (!at.isGuard) return undefined;
  const line = denialLine(leases.map((lease) => lease.message.from));
  return { text: cutBytes(line, at.maxBytes), leases: [], deferred: [], pointedTo: leases };
}

function hasNotDenied({ hasDenied = false }: Lease): boolean {
  return !hasDenied;
}

/** Leases as text for the model, as many as fit, each under a nonce of its own. */
export function frameOffer(
  mailbox: Mailbox,
  { leases, via, promptId, maxBytes, showHuman }: Framing,
): Choice {
  const offers = leases.map((lease) => ({
    lease,
    message: lease.message,
    nonce: mailbox.prepare(lease, via, promptId),
    isRedelivered: lease.offers > 0,
  }));
  const { text, included, deferred } = renderInbox(offers, {
    ...{ owner: mailbox.owner, maxBytes, showHuman },
    alsoWaiting: mailbox.deferred().length,
  });
  return {
    text,
    leases: included.map((offer) => offer.lease),
    deferred: deferred.map((offer) => offer.lease),
  };
}

/** A turn costs money: a message that so many of them did not end waits for one that comes by itself. */
const maxWakes = 4;

/** What an idle session may be woken for: what waits, and what its start was offered, for that reaches the model only with a prompt. */
export function wakefulLeases(mailbox: Mailbox | undefined, nowMs: number): readonly Lease[] {
  const isWaiting = ({ phase, offer }: Lease) =>
    phase === "waiting" || (phase === "offered" && offer?.via === "session.started");
  mailbox?.expire();
  const waiting = offerable(mailbox?.held().filter(isWaiting) ?? [], "wake", nowMs);
  return waiting.filter((lease) => wakes(lease.message) && lease.wakes < maxWakes);
}

/** The line that wakes a session: a pointer with the nonce, never a body (DESIGN §5 Framing). */
export function wakeText(_record: SessionRecord, wakeful: readonly Lease[], nonce: string): string {
  const senders = wakeful.map((lease) => lease.message.from);
  return pointerLine(wakeful.length, senders, nonce);
}

/** As much as a person could still read; what does not fit is typed after the next turn. */
const maxTypedBytes = 8 * 1024;

/** The mail of a session without hooks whose person chose to have it typed whole (`fleet wrap --type-body`). */
export function typedBody({ machine, name, hooked, pty }: SessionRecord, wakeful: readonly Lease[]) {
  if (hooked || pty?.typesBody !== true) return undefined;
  const offers = wakeful.map(({ message, offers }) => {
    return { message, nonce: randomBytes(8).toString("hex"), isRedelivered: offers > 0 };
  });
  const owner = { machine, session: name };
  const { text, included } = renderInbox(offers, { owner, maxBytes: maxTypedBytes });
  return included.length === 0 ? undefined : { text, messages: included.map(({ message }) => message.id) };
}
