import { FleetError, isToken, type Receipt, type Stage, timeLimit } from "@fleetbus/core";
import type { TraceAnswer } from "@fleetbus/core/api";
import type { Edge } from "./edge.ts";
import { findId, findMessage, isWholeId } from "./look-up.ts";
import { gaveUp } from "./newest-first.ts";
import { decodeOrSkip, isReached, readReceipts } from "./streams.ts";
import { wakeAccounts } from "./wake-accounts.ts";

const readMs = 10_000;

/** Every stage of one message so far, with the time since it was stored, and what it cost to wake for it. */
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
  const wakes = await wakeAccounts(edge, receipts, timeLimit(readMs));
  const found = await findMessage(edge, first.id, edge.subjects.inbox(first.to, first.from)).catch(
    (error: unknown) => orNothing(error), // erased, or older than what the stream keeps
  );
  return {
    ...{ stages, ...(wakes.length === 0 ? {} : { wakes }) },
    ...(found === undefined ? {} : { message: found.message }),
  };
}

/** The receipts of one message as they come, until the wanted stage stands for every mailbox it went to, it ends, or the signal aborts. */
export async function* followReceipts(
  edge: Edge,
  about: { readonly id: string; readonly until: Stage | undefined },
  signal: AbortSignal,
): AsyncIterable<Receipt> {
  const id = await resolveId(edge, about.id).catch((error: unknown) => orItself(error, about.id));
  const stop = new AbortController();
  for await (const receipt of readReceipts(edge, id, { signal: AbortSignal.any([signal, stop.signal]) })) {
    yield receipt;
    if (about.until !== undefined && isReached(receipt.stage, about.until)) stop.abort();
  }
}

function orNothing(error: unknown): undefined {
  if (!(error instanceof FleetError) || error.code !== "not_found") throw error;
}

/** An id that nothing is known of may be on its way: whoever follows it waits. */
function orItself(error: unknown, id: string): string {
  if (error instanceof FleetError && error.code === "not_found" && isToken(id)) return id;
  throw error;
}

async function receiptsOf(edge: Edge, id: string): Promise<readonly Receipt[]> {
  // Before the stream is read: what is sent meanwhile is then in both, not in neither.
  const pending = pendingReceipts(edge, id);
  const found: Receipt[] = [];
  const signal = timeLimit(readMs);
  for await (const receipt of readReceipts(edge, id, { signal, untilCaughtUp: true })) found.push(receipt);
  const doing = `reading the receipts of message "${id}"`;
  if (signal.aborted) throw gaveUp({ doing, wayOut: "try again later" }, readMs, found.length);
  return inOrder([...found, ...pending]);
}

/** Receipts by their time, each once; of the same millisecond, as they were written. */
export function inOrder(receipts: readonly Receipt[]): readonly Receipt[] {
  const once = new Map(receipts.map((receipt) => [JSON.stringify(receipt), receipt]));
  return [...once.values()].toSorted((a, b) => a.time.localeCompare(b.time));
}

/** A whole id as it is, also of a message whose receipts are not with the server yet; a suffix, or `last`, by what was sent from this machine. */
async function resolveId(edge: Edge, id: string): Promise<string> {
  if (isWholeId(id) || pendingReceipts(edge, id).length > 0) return id;
  return findId(edge, id, edge.subjects.receipt(id === "last" ? { machine: edge.machine } : {}));
}

/** Receipts on their way to the server. */
function pendingReceipts(edge: Edge, id: string): readonly Receipt[] {
  const start = `fleet.${edge.ns}.receipt.`;
  return edge.outbox
    .pending()
    .filter(({ subject }) => subject.startsWith(start) && subject.split(".")[5] === id)
    .flatMap(
      (outgoing) => decodeOrSkip(() => edge.codec.decodeReceipt({ ...outgoing, seq: 0, time: 0 })) ?? [],
    );
}
