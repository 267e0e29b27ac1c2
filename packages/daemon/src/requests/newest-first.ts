import { FleetError, timeLimit } from "@fleetbus/core";
import type { Bus, Incoming, StreamName } from "@fleetbus/core/bus";

/** What to go through, and for how long. */
export interface Search {
  readonly stream: StreamName;
  readonly subjects: readonly string[];
  /** As in an error's message: `looking for message "x"`. */
  readonly doing: string;
  /** What to do instead, once the time is over. */
  readonly wayOut: string;
  /** Ten seconds unless given. */
  readonly withinMs?: number;
}

const firstBatch = 1000;
/** Of sequences; headers take about a kilobyte each. */
const largestBatch = 32_000;
const searchMs = 10_000;

/**
 * What a stream holds on these subjects, headers only, in batches: the newest batch first, each in the stream's order.
 * A recent message is so found at once, however long the stream is. Throws `pending`, naming limit and way out, when the
 * time is over before the stream's start is reached: nobody takes a part for the whole.
 */
export async function* newestFirst(
  bus: Pick<Bus, "lastSeq" | "read" | "streams">,
  search: Search,
): AsyncGenerator<readonly Incoming[]> {
  const { stream, subjects, withinMs = searchMs } = search;
  const signal = timeLimit(withinMs);
  let end = (await bus.lastSeq(stream, subjects)) + 1;
  let seen = 0;
  for (let size = firstBatch, floor = 1; end > floor; size = Math.min(size * 4, largestBatch)) {
    const from = Math.max(floor, end - size);
    const batch: Incoming[] = [];
    const options = { subjects, from: { seq: from }, isHeadersOnly: true, untilCaughtUp: true, signal };
    for await (const incoming of bus.read(stream, options)) {
      if (incoming.seq >= end) break;
      batch.push(incoming);
    }
    if (signal.aborted) throw gaveUp(search, withinMs, seen);
    seen += batch.length;
    if (batch.length > 0) yield batch;
    // What is older than the stream's first message was removed long ago.
    if (size === firstBatch) floor = await firstSeq(bus, stream);
    end = from;
  }
}

/** Of a search that its time limit ended. */
export function gaveUp(
  { doing, wayOut }: Pick<Search, "doing" | "wayOut">,
  withinMs: number,
  seen: number,
): FleetError {
  return new FleetError(
    "pending",
    `${doing}: given up after ${withinMs / 1000} s and the newest ${seen} looked at; ${wayOut}`,
  );
}

async function firstSeq(bus: Pick<Bus, "streams">, stream: StreamName): Promise<number> {
  const streams = await bus.streams();
  return Math.max(1, streams.find(({ name }) => name === stream)?.firstSeq ?? 1);
}
