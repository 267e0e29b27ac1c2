import { FleetError, type Message } from "@fleetbus/core";
import type { Identity, InboxAnswer, InboxView } from "@fleetbus/core/api";
import type { Lease } from "../inbox/lease.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import { watchOffers } from "../inbox/proof.ts";
import { ownerOf, type Edge } from "./edge.ts";
import { messagesTo } from "./history.ts";
import { findMessage } from "./look-up.ts";
import { sentTo } from "./mail.ts";

/** What somebody asks of a mailbox. */
export interface InboxAsk {
  readonly who: Identity;
  readonly session?: string | undefined;
  readonly take?: boolean | undefined;
  readonly all?: boolean | undefined;
  /** Leaves one's own as it is, too. */
  readonly peek?: boolean | undefined;
  /** One message, whole, wherever it stands. */
  readonly id?: string | undefined;
}

/**
 * Reads a mailbox (DESIGN §10): one's own drains, another's only shows unless `take` is said. What an agent prints is
 * offered, not done: its turn's end acknowledges it, like anything a hook offered (DESIGN §5: printing is not delivery).
 */
export async function readMailbox(edge: Edge, ask: InboxAsk): Promise<InboxAnswer> {
  const name = ask.session ?? ask.who.session;
  const mailbox = await requireMailbox(edge, name);
  await mailbox.refill();
  if (ask.id !== undefined) return { items: [await findOne(edge, mailbox, ask.id)] };
  if (ask.all === true) return { items: await history(edge, mailbox) };
  const isOwn = name === ask.who.session;
  const leases = mailbox.waiting();
  const items = leases.map(viewOf);
  if (!isOwn && ask.take !== true) return { items };
  if (isOwn && edge.registry.find(name)?.hooked === true)
    return { items, text: await print(edge, mailbox, leases) };
  if (ask.peek === true) return { items };
  await Promise.all(leases.map((lease) => mailbox.finish(lease, {})));
  return { items };
}

/** Ends a message by hand, also one that is already offered or shown. */
export async function ackMessage(
  edge: Edge,
  ask: { readonly who: Identity; readonly id: string | undefined },
): Promise<Pick<Message, "id" | "from" | "to">> {
  const mailbox = await requireMailbox(edge, ask.who.session);
  const lease = ask.id === undefined ? mailbox.held().at(-1) : mailbox.find(ask.id);
  if (lease === undefined)
    throw new FleetError("not_found", `acknowledging message "${ask.id ?? "last"}": it is not in your inbox`);
  await mailbox.finish(lease, {});
  return lease.message;
}

/** The open mailbox of a session or of `me`; opened where it is not. */
export async function requireMailbox(edge: Edge, name: string): Promise<Mailbox> {
  const isKnown =
    name === "me" || edge.registry.find(name) !== undefined || edge.mailboxes.find(name) !== undefined;
  if (isKnown) return edge.mailboxes.open(ownerOf(edge, name));
  const candidates = edge.registry.all().map((record) => record.name);
  throw new FleetError("not_found", `opening the inbox of "${name}": no such session on this machine`, {
    details: { candidates },
  });
}

async function print(edge: Edge, mailbox: Mailbox, leases: readonly Lease[]): Promise<string> {
  const record = edge.registry.find(mailbox.owner.session);
  if (record === undefined || leases.length === 0) return "";
  const choice = edge.frame(mailbox, {
    leases,
    via: "inbox.printed",
    promptId: record.promptId,
    maxBytes: 60_000,
    showHuman: false,
  });
  await mailbox.lease(choice.leases, "inbox.printed", record.promptId);
  mailbox.wrote(choice.leases, "inbox");
  const watch = watchOffers({ mailbox, record, evidence: edge.evidence, clock: edge.clock });
  void watch.catch((error: unknown) => edge.onError(error, `looking for proofs of ${record.name}`));
  return choice.text;
}

async function findOne(edge: Edge, mailbox: Mailbox, id: string): Promise<InboxView> {
  const { message } = await findMessage(edge, id, sentTo(edge, mailbox.owner));
  return standing(mailbox)(message);
}

async function history(edge: Edge, mailbox: Mailbox): Promise<readonly InboxView[]> {
  const messages = await messagesTo(edge, mailbox.owner, sentTo(edge, mailbox.owner));
  return messages.map(standing(mailbox));
}

/** How far a mailbox is with a message: what it does not hold is done. */
function standing(mailbox: Mailbox): (message: Message) => InboxView {
  const held = new Map(mailbox.held().map((lease) => [lease.message.id, lease]));
  return (message) => {
    const lease = held.get(message.id);
    return lease === undefined ? { ...message, stage: "done", offers: 0 } : viewOf(lease);
  };
}

function viewOf(lease: Lease): InboxView {
  const stage = lease.phase === "shown" ? "shown" : lease.phase === "waiting" ? "stored" : "offered";
  return { ...lease.message, stage, offers: lease.offers };
}
