import {
  FleetError,
  formatAddress,
  newMessage,
  type Address,
  type Message,
  type Target,
} from "@fleetbus/core";
import type { Identity, PublishAnswer, publishSchema } from "@fleetbus/core/api";
import type { z } from "zod";
import { absence } from "../departures/absence.ts";
import { offeredTo } from "../inbox/lease.ts";
import { publishAnswer, publishMessage } from "../inbox/publish.ts";
import { recordOf } from "../session/record-of.ts";
import type { Edge } from "./edge.ts";
import { targetOf } from "./send-target.ts";

/** A publish request with its sender as the daemon attested it. */
export interface Sending {
  readonly who: Identity;
  readonly request: z.output<typeof publishSchema>;
  /** How many messages led to it, where that is known without the sender's turn. */
  readonly hop?: number;
}

/** Says something to one mailbox or a group. Nothing is stored before all of it is valid. */
export async function send(edge: Edge, sending: Sending): Promise<PublishAnswer> {
  const from = senderOf(sending, edge);
  const { target: asked, create = false } = sending.request;
  const target = await targetOf(edge, { target: asked, from, create });
  const message = messageFor(edge, { ...sending, from, target });
  guardStorm(edge, message);
  const { encodeMessage: encode, decodeMessage: decode } = edge.codec;
  const published = await publishMessage(message, { ...edge, encode, decode });
  if (target.type === "group") return publishAnswer(published, target.members);
  if (target.isNew) await provision(edge, target.address);
  const answer = publishAnswer(published, [target.address]);
  const absent = absence(recordOf(knownTo(edge), target.address));
  if (absent?.reason === undefined) return answer;
  void edge.receipts.write({ message }, absent);
  return { ...answer, reason: absent.reason };
}

/** `--from` only for who may: a human for anybody of this machine; an agent is itself. */
function senderOf({ who, request }: Sending, edge: Edge): Address {
  const self = { machine: who.machine, session: who.session };
  if (request.from === undefined) return self;
  const [name, machine] = request.from.split("/").toReversed();
  const wanted = { machine: machine ?? edge.machine, session: name ?? "" };
  if (formatAddress(wanted) === formatAddress(self)) return self;
  if (
    who.origin === "human" &&
    wanted.machine === edge.machine &&
    edge.registry.find(wanted.session) !== undefined
  )
    return wanted;
  throw new FleetError(
    "refused",
    `sending as ${formatAddress(wanted)}: ${formatAddress(self)} may only send as itself`,
  );
}

interface Addressed extends Sending {
  readonly from: Address;
  readonly target: Target;
}

function messageFor(edge: Edge, { who, request, from, target, hop = hopOf(edge, who) }: Addressed): Message {
  const { caller: _caller, target: _target, create: _create, from: _from, ...said } = request;
  const to = target.type === "group" ? { machine: edge.machine, session: target.group } : target.address;
  const group = target.type === "group" ? { group: target.group } : {};
  return newMessage({ ...said, from, to, hop, origin: who.origin, ...group }, edge);
}

/** One more than the messages that the sender's turn is about. */
function hopOf(edge: Edge, who: Identity): number {
  const cause = offeredTo(edge.mailboxes.find(who.session));
  return who.origin === "human" || cause.length === 0
    ? 0
    : Math.max(...cause.map((lease) => lease.message.hop)) + 1;
}

function guardStorm(edge: Edge, message: Message): void {
  const pair = `${formatAddress(message.from)} ${formatAddress(message.to)}`;
  const reason =
    message.hop > edge.settings().limits.maxHops
      ? `${message.hop} messages in a chain`
      : edge.perPair.admits(pair, message.id)
        ? undefined
        : "too many messages between these two";
  if (reason === undefined) return;
  void edge.receipts.write({ message }, { stage: "refused", reason });
  throw new FleetError(
    "refused",
    `sending message ${message.id} to ${formatAddress(message.to)}: ${reason} (storm guard)`,
  );
}

function knownTo({ machine, registry: sessions, roster: others }: Edge): Parameters<typeof recordOf>[0] {
  return { machine, sessions, others };
}

/** A mailbox for somebody who is not there yet (`--create`). */
async function provision(edge: Edge, to: Address): Promise<void> {
  if (to.machine === edge.machine) await edge.mailboxes.open(to);
}
