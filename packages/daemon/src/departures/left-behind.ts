import { isExpired, timeLimit, type Message, type SessionRecord } from "@fleetbus/core";
import type { Incoming } from "@fleetbus/core/bus";
import { leaseKey } from "../inbox/lease.ts";
import { groupsOf } from "../inbox/mailboxes.ts";
import { ownerOf, type Edge } from "../requests/edge.ts";
import { sentTo } from "../requests/mail.ts";
import { gaveUp } from "../requests/newest-first.ts";
import { decodeOrSkip } from "../requests/streams.ts";
import { isMember } from "../session/membership.ts";
import { placeOf } from "../session/names.ts";

/** What reading a mailbox that nobody holds open needs. */
export type LeftEdge = Pick<Edge, "bus" | "subjects" | "codec" | "names" | "machine" | "journal" | "clock">;

type Head = Pick<Message, "id" | "from" | "to">;

/** The messages to a session that has gone which have no end. */
export interface LeftBehind {
  /** The next session of that name gets them. */
  readonly waiting: readonly Head[];
  /** Broadcasts: nobody gets them any more. */
  readonly missed: readonly Head[];
}

const readMs = 60_000;
/** Its sender's clock may differ from the server's. */
const overlapMs = 60_000;

/**
 * What a session left in its mailbox, read from the stream and held against the journal: also what no daemon has fetched.
 * Foreign messages are passed over. Rejects with `unavailable`, or `pending` where it takes more than a minute.
 */
export async function leftBehind(edge: LeftEdge, record: SessionRecord): Promise<LeftBehind> {
  const { isIn, subjects } = sentTo(edge, ownerOf(edge, record));
  const casts = groupsOf(edge.machine).map((group) => edge.subjects.cast(group));
  const own = await openAmong(edge, record, { subjects, from: "all", isIn });
  const time = Date.parse(record.startedAt) - overlapMs;
  const heard = await openAmong(edge, record, { subjects: casts, from: { time }, isIn: () => true });
  const now = edge.clock.now();
  const open = [...own, ...heard].filter((message) => !isExpired(message, now));
  const once = [...new Map(open.map((message) => [leaseKey(message), message])).values()];
  const isCast = ({ group }: Message) => group !== undefined;
  return { waiting: once.filter((message) => !isCast(message)), missed: once.filter(isCast) };
}

interface Part {
  readonly subjects: readonly string[];
  readonly from: "all" | { readonly time: number };
  isIn(incoming: Incoming): boolean;
}

/** Of most messages the headers alone say that they have ended. */
async function openAmong(edge: LeftEdge, record: SessionRecord, part: Part): Promise<readonly Message[]> {
  const { bus } = edge;
  const { subjects, from, isIn } = part;
  if ((await bus.lastSeq("INBOX", subjects)) === 0) return [];
  const signal = timeLimit(readMs);
  const options = { subjects, from, isHeadersOnly: true, untilCaughtUp: true, signal };
  const maybe: number[] = [];
  for await (const incoming of bus.read("INBOX", options))
    if (isIn(incoming) && !hasEnded(edge, record, incoming)) maybe.push(incoming.seq);
  const found: Message[] = [];
  for (const seq of maybe) {
    if (signal.aborted) break;
    const incoming = await bus.get("INBOX", seq);
    const message = incoming && messageIn(edge, record, incoming);
    if (message !== undefined && edge.journal.ended(leaseKey(message)) === undefined) found.push(message);
  }
  const doing = `looking what ${record.name} has left in its inbox`;
  if (signal.aborted) throw gaveUp({ doing, wayOut: "it is tried again" }, readMs, maybe.length);
  return found;
}

/** By its headers; of one in structured mode they do not say. */
function hasEnded(edge: LeftEdge, record: SessionRecord, incoming: Incoming): boolean {
  const id = incoming.headers["ce-id"];
  const parsed = decodeOrSkip(() => edge.subjects.parse(incoming.subject));
  if (id === undefined || (parsed?.type !== "inbox" && parsed?.type !== "cast")) return false;
  const to = parsed.type === "inbox" ? parsed.to : ownerThen(edge, record, incoming);
  return edge.journal.ended(leaseKey({ id, from: parsed.from, to })) !== undefined;
}

/** As its mailbox reads it; undefined for what is foreign, and for a broadcast that was not for this session. */
function messageIn(edge: LeftEdge, record: SessionRecord, incoming: Incoming): Message | undefined {
  const message = decodeOrSkip(() => edge.codec.decodeMessage(incoming));
  if (message?.group === undefined) return message;
  const own = { ...message, to: ownerThen(edge, record, incoming) };
  return isMember(record, own.to, own) ? own : undefined;
}

function ownerThen(edge: LeftEdge, record: SessionRecord, incoming: Incoming) {
  return ownerOf(edge, edge.names.nameAt(record.name, placeOf(incoming)));
}
