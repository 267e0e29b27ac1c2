import { FleetError, isToken, type Receipt, type Stage, timeLimit } from "@fleetbus/core";
import type { TraceAnswer } from "@fleetbus/core/api";
import type { Edge } from "./edge.ts";
import { messagesTo } from "./history.ts";
import { isReached, readReceipts } from "./streams.ts";

/** Every stage of one message so far, with the time since it was stored. */
export async function trace(edge: Edge, id: string): Promise<TraceAnswer> {
  const receipts = await receiptsOf(edge, await resolveId(edge, id));
  const [first] = receipts;
  if (first === undefined)
    throw new FleetError("not_found", `tracing message "${id}": nothing is known of it`);
  const storedAt = Date.parse(receipts.find((receipt) => receipt.stage === "stored")?.time ?? first.time);
  const stages = receipts.map((receipt) => ({
    ...receipt,
    sinceStoredMs: Date.parse(receipt.time) - storedAt,
  }));
  const message = (await messagesTo(edge, first.to)).find((each) => each.id === first.id);
  return { stages, ...(message === undefined ? {} : { message }) };
}

/** The receipts of one message as they come, until the wanted stage stands for every mailbox it went to, it ends, or the signal aborts. */
export async function* followReceipts(
  edge: Edge,
  about: { readonly id: string; readonly until: Stage | undefined },
  signal: AbortSignal,
): AsyncIterable<Receipt> {
  const id = await resolveId(edge, about.id).catch((error: unknown) => orItself(error, about.id));
  const stop = new AbortController();
  for await (const receipt of readReceipts(edge, id, AbortSignal.any([signal, stop.signal]))) {
    yield receipt;
    if (about.until !== undefined && isReached(receipt.stage, about.until)) stop.abort();
  }
}

/** An id that nothing is known of may be on its way: whoever follows it waits. */
function orItself(error: unknown, id: string): string {
  if (error instanceof FleetError && error.code === "not_found" && isToken(id)) return id;
  throw error;
}

async function receiptsOf(edge: Edge, id: string): Promise<readonly Receipt[]> {
  // Before the stream is read: what is sent meanwhile is then in both, not in neither.
  const pending = edge.outbox
    .pending()
    .filter(
      (outgoing) =>
        outgoing.subject.split(".")[5] === id && outgoing.subject.startsWith(`fleet.${edge.ns}.receipt.`),
    )
    .map((outgoing) => edge.codec.decodeReceipt({ ...outgoing, seq: 0, time: 0 }));
  const found: Receipt[] = [];
  const signal = timeLimit(10_000);
  const subjects = [edge.subjects.receipt({}, id)];
  for await (const incoming of edge.bus.read("RECEIPTS", {
    subjects,
    from: "all",
    untilCaughtUp: true,
    signal,
  })) {
    found.push(edge.codec.decodeReceipt(incoming));
  }
  return inOrder([...found, ...pending]);
}

/** Receipts by their time, each once; of the same millisecond, as they were written. */
export function inOrder(receipts: readonly Receipt[]): readonly Receipt[] {
  const once = new Map(receipts.map((receipt) => [JSON.stringify(receipt), receipt]));
  return [...once.values()].toSorted((a, b) => a.time.localeCompare(b.time));
}

/** A whole id as it is, also of a message whose receipts are not with the server yet; a suffix, or `last`, by what was sent from this machine. */
async function resolveId(edge: Edge, id: string): Promise<string> {
  const found = new Set<string>();
  let last: string | undefined;
  const subjects = [edge.subjects.receipt(id === "last" ? { machine: edge.machine } : {}, undefined)];
  const isWhole = /^[0-9a-hjkmnp-tv-z]{26}$/.test(id);
  if (isWhole || isPending(edge, id)) return id;
  const options = {
    subjects,
    from: "all",
    isHeadersOnly: true,
    untilCaughtUp: true,
    signal: timeLimit(10_000),
  } as const;
  for await (const { subject } of edge.bus.read("RECEIPTS", options)) {
    const parsed = edge.subjects.parse(subject);
    if (parsed.type !== "receipt") continue;
    last = parsed.id;
    if (parsed.id.endsWith(id)) found.add(parsed.id);
  }
  return requireOne(
    id,
    id === "last" ? [last ?? ""].filter(Boolean) : [...found].filter((each) => each === id || !found.has(id)),
  );
}

function isPending(edge: Edge, id: string): boolean {
  const start = `fleet.${edge.ns}.receipt.`;
  return edge.outbox
    .pending()
    .some(({ subject }) => subject.startsWith(start) && subject.split(".")[5] === id);
}

function requireOne(id: string, found: readonly string[]): string {
  const [only] = found;
  if (found.length > 1) {
    throw new FleetError("target_ambiguous", `looking for message "${id}": ${found.length} end like that`, {
      details: { candidates: found },
    });
  }
  if (only !== undefined) return only;
  throw new FleetError("not_found", `looking for message "${id}": nothing is known of it`);
}
