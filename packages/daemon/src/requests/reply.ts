import {
  FleetError,
  formatAddress,
  isSameAddress,
  supervisorOf,
  timeLimit,
  type Address,
  type Message,
  type Receipt,
  type SessionRecord,
} from "@fleetbus/core";
import type { Identity, PublishAnswer, publishSchema } from "@fleetbus/core/api";
import type { z } from "zod";
import { ownerOf, type Edge } from "./edge.ts";
import { findMessage, type StoredMessage } from "./look-up.ts";
import { nowOf, sentBy, sentTo } from "./mail.ts";
import { gaveUp } from "./newest-first.ts";
import { send } from "./send.ts";
import { allSessions } from "./sessions.ts";
import { readReceipts } from "./streams.ts";

type Said = Pick<z.output<typeof publishSchema>, "caller" | "body"> & { readonly id?: string | undefined };

/**
 * Answers a message: the thread knows the address; the answer ends what it answers (DESIGN §5 `done`). `owner` is whose
 * mailbox it came to, where that is not the caller's; one on another machine keeps what was answered until it is read.
 */
export async function reply(
  edge: Edge,
  who: Identity,
  said: Said & { readonly to: string | undefined; readonly owner?: Address },
): Promise<PublishAnswer> {
  const { to, owner = ownerOf(edge, who.session), ...rest } = said;
  const { message: original, seq } = await findMessage(edge, to, sentTo(edge, owner));
  const answer = await send(edge, {
    who,
    ...(who.origin === "external" ? { hop: original.hop + 1 } : {}),
    request: {
      ...rest,
      target: formatAddress(nowOf(edge, original.from, { seq, time: original.time })),
      kind: "reply",
      thread: original.thread,
      replyTo: original.id,
    },
  });
  const mailbox = owner.machine === edge.machine ? edge.mailboxes.find(owner.session) : undefined;
  const lease = mailbox?.find(original.id);
  if (lease !== undefined) await mailbox?.finish(lease, { outcome: "done" });
  void edge.receipts.write(
    { message: original.group === undefined ? original : { ...original, to: owner } },
    { stage: "replied", reply: answer.id, lastText: said.body.slice(0, 4096) },
  );
  return answer;
}

/** A worker's own word on its outcome, to its supervisor (DESIGN §5 Supervisor). */
export async function report(
  edge: Edge,
  who: Identity,
  said: Said & { readonly outcome: string },
): Promise<PublishAnswer> {
  const record = edge.registry.find(who.session);
  if (record === undefined)
    throw new FleetError(
      "usage",
      "reporting an outcome: this is no session; `fleet whoami` says who you are",
    );
  const supervisor = await supervisorOn(edge, record);
  if (supervisor === undefined) {
    throw new FleetError(
      "not_found",
      `reporting an outcome of ${who.session}: it has no supervisor; set FLEET_PARENT or [[session]] parent`,
    );
  }
  edge.outcomes.reported(who.session);
  const isBad = said.outcome === "error" || said.outcome === "blocked";
  const { outcome, ...rest } = said;
  const body = said.body === "" ? `${who.session}: ${outcome}` : said.body;
  return send(edge, {
    who,
    request: {
      ...rest,
      body,
      target: formatAddress(supervisor),
      kind: "request",
      type: "result",
      subject: `${who.session}: ${outcome}`,
      ...(isBad ? { priority: "high" } : {}),
    },
  });
}

/** One on another machine may have come a moment ago. */
async function supervisorOn(edge: Edge, record: SessionRecord): Promise<Address | undefined> {
  const known = supervisorOf(record, { sessions: await allSessions(edge) });
  if (known !== undefined) return known;
  await edge.roster.refresh().catch(() => undefined); // no server: there is nobody to ask
  return supervisorOf(record, { sessions: await allSessions(edge) });
}

/** Recalls what the caller sent and nobody was offered yet. */
export async function cancel(edge: Edge, who: Identity, id: string | undefined): Promise<Receipt> {
  const found = await findMessage(edge, id, sentBy(edge, ownerOf(edge, who.session)));
  const { message, seq } = found;
  const { machine, session } = nowOf(edge, message.to, { seq, time: message.time });
  const mailbox = machine === edge.machine ? edge.mailboxes.find(session) : undefined;
  const lease = mailbox?.find(message.id);
  const isCancelled = lease !== undefined && (await mailbox?.cancel(lease)) === true;
  if (isCancelled || (lease === undefined && (await eraseUnfetched(edge, found))))
    return receiptOf(edge, message);
  throw new FleetError(
    "refused",
    `cancelling message ${message.id}: it was offered already; \`fleet trace ${message.id}\` says how far it is`,
  );
}

const receiptsMs = 5000;

/** Nobody holds it: erased from the stream, if no receipt says that it went further than that. */
async function eraseUnfetched(edge: Edge, { message, seq }: StoredMessage): Promise<boolean> {
  const signal = timeLimit(receiptsMs);
  for await (const receipt of readReceipts(edge, message.id, { signal, untilCaughtUp: true })) {
    const isOfThis = isSameAddress(receipt.from, message.from) && isSameAddress(receipt.to, message.to);
    if (isOfThis && !isOfWaiting(receipt)) return false;
  }
  if (signal.aborted) {
    const doing = `cancelling message ${message.id}: reading its receipts`;
    throw gaveUp({ doing, wayOut: "try again later" }, receiptsMs, 0);
  }
  const isErased = await edge.bus.erase("INBOX", seq);
  if (isErased) void edge.receipts.write({ message }, { stage: "cancelled" });
  return isErased;
}

/** Of what nobody was offered: also that its session has gone. */
function isOfWaiting({ stage, cause }: Receipt): boolean {
  return stage === "stored" || (stage === "deferred" && cause !== undefined);
}

function receiptOf(edge: Edge, { id, from, to }: Message): Receipt {
  return { id, from, to, stage: "cancelled", time: new Date(edge.clock.now()).toISOString() };
}
