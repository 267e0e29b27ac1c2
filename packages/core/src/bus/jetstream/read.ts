import type { Msg } from "@nats-io/nats-core";
import type { Clock } from "../../clock.ts";
import type { Incoming, ReadFrom } from "../port.ts";
import { backoff, type Backoff } from "./backoff.ts";
import { channel } from "./channel.ts";
import { parseAckSubject, toIncoming } from "./delivery.ts";
import { toBusError } from "./errors.ts";
import type { Link } from "./link.ts";
import { openPull, waitingMs } from "./pull.ts";
import { openReader, type Reader, type ReaderOptions } from "./reader.ts";

/** How to go through a stream. */
export interface Reading extends ReaderOptions {
  readonly from: ReadFrom;
  /** Follow what comes, or end when there is nothing more, or nothing more up to a sequence. */
  readonly until: "aborted" | "empty" | { readonly seq: number };
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

const batch = 256;

/**
 * Yields in stream order, each once. After a lost connection or a gap in what was delivered it goes on behind the last
 * message that it yielded, with a new consumer: what the old one sent may be lost, and the server does not know.
 * Rejects only where the very first consumer cannot be made.
 */
export async function* readStream(link: Link, reading: Reading): AsyncGenerator<Incoming> {
  const signal = AbortSignal.any([reading.signal, link.closed]);
  if (signal.aborted) return;
  const waits = backoff(reading.clock);
  let reader: Reader | undefined = await unlessClosed(link, openReader(link, reading, reading.from));
  if (reader === undefined) return;
  const cursor: Cursor = { next: reader.firstSeq };
  try {
    while (reader !== undefined) {
      const before = cursor.next;
      const end = yield* readWith(link, { ...reading, signal }, { reader, cursor });
      if (end === "finished") return;
      await reader.close();
      if (cursor.next > before) waits.reset();
      reader = await reopen(link, { ...reading, signal }, { seq: cursor.next, waits });
    }
  } finally {
    await reader?.close();
  }
}

interface Cursor {
  /** The next stream sequence to yield. */
  next: number;
}

interface Using {
  readonly reader: Reader;
  readonly cursor: Cursor;
}

/** What the work gives; undefined where it fails because the bus was closed meanwhile. */
export async function unlessClosed<T>(link: Link, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (link.closed.aborted) return undefined;
    throw error;
  }
}

/** Undefined when the signal aborts before the server is there again. */
async function reopen(
  link: Link,
  reading: Reading,
  { seq, waits }: { readonly seq: number; readonly waits: Backoff },
): Promise<Reader | undefined> {
  const { signal, stream } = reading;
  while (!signal.aborted) {
    await waits.wait(signal);
    await link.whenConnected(signal);
    if (signal.aborted) break;
    try {
      return await openReader(link, reading, { seq });
    } catch (error) {
      link.report(toBusError(error, `reading stream ${stream}`));
    }
  }
  return undefined;
}

/** Reads until the end, or until the consumer is of no more use. */
async function* readWith(
  link: Link,
  reading: Reading,
  using: Using,
): AsyncGenerator<Incoming, "finished" | "useless"> {
  const isFollowing = reading.until === "aborted";
  const counter = { delivered: 0 };
  for (;;) {
    const messages = channel<Msg>();
    const open = openPull(link, {
      stream: reading.stream,
      consumer: using.reader.name,
      batch,
      ...(isFollowing ? { expiresMs: waitingMs(reading.clock.monotonic()) } : {}),
      signal: reading.signal,
      onMessage: messages.push,
    });
    const ended = open.ended.finally(messages.end);
    ended.catch(() => undefined); // awaited below, unless the reader stops before
    try {
      const end = yield* readPulled(reading, using.cursor, { messages, counter });
      if (end !== undefined) return end;
    } finally {
      open.cancel();
    }
    const end = await ended;
    if (end === "aborted" || (end === "empty" && !isFollowing)) return "finished";
    if (end !== "empty" && end !== "full") return "useless";
  }
}

interface Pulled {
  readonly messages: ReturnType<typeof channel<Msg>>;
  /** Counts what the consumer delivered, over all pulls: a gap means that something was lost. */
  readonly counter: { delivered: number };
}

async function* readPulled(
  reading: Reading,
  cursor: Cursor,
  { messages, counter }: Pulled,
): AsyncGenerator<Incoming, "finished" | "useless" | undefined> {
  for (let message = await messages.next(); message !== undefined; message = await messages.next()) {
    const place = parseAckSubject(message.reply ?? "");
    counter.delivered += 1;
    if (place.deliverySeq !== counter.delivered) return "useless";
    if (reading.signal.aborted || isPast(reading, place.seq)) return "finished";
    if (place.seq < cursor.next) continue;
    cursor.next = place.seq + 1;
    yield toIncoming(message, place);
  }
  return undefined;
}

function isPast(reading: Reading, seq: number): boolean {
  return typeof reading.until === "object" && seq > reading.until.seq;
}
