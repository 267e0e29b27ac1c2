import type { Incoming, ReadOptions } from "../../bus/port.ts";
import type { Change } from "./change.ts";
import type { MemoryStream } from "./stream.ts";

/** What a read needs of its bus. */
export interface ReadContext {
  readonly stream: MemoryStream;
  readonly change: Change;
  readonly isConnected: () => boolean;
  /** Throws while the server is away. */
  readonly guard: () => void;
  /** Aborts when the bus is closed. */
  readonly closed: AbortSignal;
}

/** Reads a memory stream in order; while the bus is away it waits. */
export async function* readMemory(context: ReadContext, options: ReadOptions): AsyncGenerator<Incoming> {
  const { stream, change } = context;
  const signal = AbortSignal.any([options.signal, context.closed]);
  context.guard();
  const end = options.untilCaughtUp === true ? stream.lastSeq() : Infinity;
  for (let seq = startOf(stream, options.from); !signal.aborted;) {
    const message = context.isConnected() ? stream.next(seq, options.subjects) : undefined;
    if (message !== undefined && message.seq <= end) {
      seq = message.seq + 1;
      yield options.isHeadersOnly === true ? headersOf(message) : message;
    } else if (context.isConnected() && end !== Infinity) {
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
