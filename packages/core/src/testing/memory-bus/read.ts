import type { Incoming, ReadOptions } from "../../bus/port.ts";
import type { Change } from "./change.ts";
import type { MemoryLink } from "./link.ts";
import type { MemoryStream } from "./stream.ts";

/** What a read needs of its bus. */
export interface ReadContext {
  readonly stream: MemoryStream;
  readonly change: Change;
  readonly link: MemoryLink;
}

/** Reads a memory stream in order; while the bus is away it waits. */
export async function* readMemory(context: ReadContext, options: ReadOptions): AsyncGenerator<Incoming> {
  const { stream, change, link } = context;
  const signal = AbortSignal.any([options.signal, link.closed]);
  if (signal.aborted) return;
  let seq = await link.call(() => startOf(stream, options.from));
  const end = options.untilCaughtUp === true ? stream.lastSeq() : Infinity;
  while (!signal.aborted) {
    const message = link.isConnected() ? stream.next(seq, options.subjects) : undefined;
    if (message !== undefined && message.seq <= end) {
      seq = message.seq + 1;
      yield options.isHeadersOnly === true ? headersOf(message) : message;
    } else if (link.isConnected() && end !== Infinity) {
      return;
    } else {
      await change.wait(undefined, signal);
    }
  }
}

function startOf(stream: MemoryStream, from: ReadOptions["from"]): number {
  if (from === "all") return 1;
  if (from === "new") return stream.lastSeq() + 1;
  return "seq" in from ? from.seq : stream.firstAt(from.time);
}

function headersOf(message: Incoming): Incoming {
  const headers = { ...message.headers, "nats-msg-size": String(message.data.length) };
  return { ...message, headers, data: new Uint8Array() };
}
