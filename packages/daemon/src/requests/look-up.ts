import { FleetError, isToken, type Message } from "@fleetbus/core";
import type { Incoming } from "@fleetbus/core/bus";
import type { Edge } from "./edge.ts";
import { isReportId } from "../supervision/report-of.ts";
import { newestFirst } from "./newest-first.ts";

/** What looking for messages needs. */
export type LookUpEdge = Pick<Edge, "bus" | "subjects" | "codec">;

/** Where to look: on these subjects, and only at what `isIn` lets through. */
export interface Where {
  readonly subjects: readonly string[];
  isIn?(incoming: Pick<Incoming, "subject" | "seq" | "headers">): boolean;
}

/** A message with its place in the INBOX stream. */
export interface StoredMessage {
  readonly message: Message;
  readonly seq: number;
}

/** Which message is meant: a whole id or a suffix of one; undefined and `last` mean the newest. */
export type MessageRef = string | undefined;

const wayOut = "give the whole id";

/**
 * The id that is meant among the receipts of these subjects. `last` means the newest that somebody sent, which no message
 * to a supervisor is that fleet made of an end. A suffix means the newest message that ends so; of several
 * among about as many receipts it is ambiguous. Throws `not_found`, `target_ambiguous`, `pending` (the time was over).
 */
export async function findId(edge: LookUpEdge, ref: string, subject: string): Promise<string> {
  if (await isKnownId(edge, ref)) return ref;
  const search = { stream: "RECEIPTS", subjects: [subject], doing: doingFor(ref), wayOut } as const;
  for await (const batch of newestFirst(edge.bus, search)) {
    const ids = batch.flatMap((incoming) => idInSubject(edge, incoming));
    const newest = ids.findLast((id) => !isReportId(id));
    if (ref === "last" && newest !== undefined) return newest;
    const found = onlyOne(ref, new Set(ids.filter((id) => id.endsWith(ref))));
    if (found !== undefined) return found;
  }
  throw unknown(ref);
}

/** The message that is meant among those on inbox subjects; what cannot be read is passed over. Throws as `findId` does. */
export async function findMessage(
  edge: LookUpEdge,
  ref: MessageRef,
  where: string | Where,
): Promise<StoredMessage> {
  const { subjects, isIn = () => true } = typeof where === "string" ? { subjects: [where] } : where;
  const isLast = ref === undefined || ref === "last";
  const isWhole = !isLast && (isWholeId(ref) || (await isKnownId(edge, ref)));
  const search = { stream: "INBOX", subjects, doing: doingFor(ref), wayOut } as const;
  const isMeant = (id: string) => isLast || id === ref || (!isWhole && id.endsWith(ref));
  for await (const batch of newestFirst(edge.bus, search)) {
    const found = new Map<string, StoredMessage>();
    for (const incoming of batch.toReversed()) {
      if (!isMeant(incoming.headers["ce-id"] ?? ref ?? "") || !isIn(incoming)) continue;
      const stored = await readWhole(edge, incoming.seq);
      if (stored === undefined || !isMeant(stored.message.id)) continue;
      if (isLast || stored.message.id === ref) return stored;
      if (!found.has(stored.message.id)) found.set(stored.message.id, stored);
    }
    const only = onlyOne(ref ?? "", new Set(found.keys()));
    const stored = only === undefined ? undefined : found.get(only);
    if (stored !== undefined) return stored;
  }
  throw unknown(ref);
}

/** An id as fleet makes them: nothing else ends with it. */
export function isWholeId(ref: string): boolean {
  return /^[0-9a-hjkmnp-tv-z]{26}$/.test(ref);
}

/** Of ids that people chose only the receipts tell which are whole. */
async function isKnownId({ bus, subjects }: LookUpEdge, ref: string): Promise<boolean> {
  return isToken(ref) && (await bus.lastSeq("RECEIPTS", [subjects.receipt({}, ref)])) > 0;
}

async function readWhole({ bus, codec }: LookUpEdge, seq: number): Promise<StoredMessage | undefined> {
  const incoming = await bus.get("INBOX", seq);
  if (incoming === undefined) return undefined; // erased meanwhile
  try {
    return { message: codec.decodeMessage(incoming), seq };
  } catch {
    return undefined; // foreign: the mailbox's own reader buries it
  }
}

function idInSubject({ subjects }: LookUpEdge, { subject }: Incoming): readonly string[] {
  try {
    const parsed = subjects.parse(subject);
    return parsed.type === "receipt" ? [parsed.id] : [];
  } catch {
    return []; // foreign: it is no message's receipt
  }
}

function onlyOne(ref: string, ids: ReadonlySet<string>): string | undefined {
  const candidates = [...ids];
  if (candidates.length <= 1) return candidates[0];
  const text = `${doingFor(ref)}: ${candidates.length} end like that`;
  throw new FleetError("target_ambiguous", text, { details: { candidates } });
}

function doingFor(ref: MessageRef): string {
  return ref === undefined || ref === "last"
    ? "looking for the last message"
    : `looking for message "${ref}"`;
}

function unknown(ref: MessageRef): FleetError {
  const why =
    ref === undefined || ref === "last" ? "there is none yet" : `none has the id or suffix "${ref}"`;
  return new FleetError("not_found", `looking for a message: ${why}`);
}
