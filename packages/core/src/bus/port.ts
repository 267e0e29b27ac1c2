import type { StreamName, BucketName, ConsumerShape, ObjectStoreName } from "./layout.ts";

/** One thing to publish. `headers` carry the CloudEvents envelope (event/envelope.ts). */
export interface Outgoing {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
  /** `Nats-Msg-Id`: the stream drops a second one within its duplicate window (DESIGN §3). */
  readonly dedupeId: string;
  /** Garbage collection by the server; a deadline is the envelope's business. */
  readonly ttlMs?: number;
}

/** The server's word that something is on disk. */
export interface Stored {
  readonly stream: StreamName;
  readonly seq: number;
  /** The stream had this dedupeId already; nothing new was stored, and `seq` is the first one's. */
  readonly isDuplicate: boolean;
}

/** One stored message as it is read back. */
export interface Incoming {
  readonly subject: string;
  readonly seq: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly time: number;
  /** Header names in lower case. Of several values the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

/** One delivery of a durable consumer. It stays pending until acked; a nak brings it back at once or after `delayMs`. */
export interface Delivery extends Incoming {
  /** Survives this process: `Bus.settle` acks or naks by it later, also from another process. */
  readonly ackSubject: string;
  /** 1 on the first delivery, by the server's count. */
  readonly deliveries: number;
  /** Resolves when the server has confirmed it; one that is killed right then may deliver it once more. */
  ack(): Promise<void>;
  nak(delayMs?: number): Promise<void>;
  /** Restarts the acknowledgement wait. */
  working(): Promise<void>;
}

/** Where to begin to read a stream; "new" and a time count from the first step of the iteration. */
export type ReadFrom = "all" | "new" | { readonly seq: number } | { readonly time: number };

/** How to read a stream in order, without acknowledgements. */
export interface ReadOptions {
  readonly subjects: readonly string[];
  readonly from: ReadFrom;
  readonly isHeadersOnly?: boolean;
  /** End when what was stored at the start has been read, instead of following. */
  readonly untilCaughtUp?: boolean;
  readonly signal: AbortSignal;
}

/** A durable consumer on the server. */
export interface Consumer {
  /** Up to `max` deliveries: at once what is there (`waitMs` 0), or waiting up to `waitMs` for the first. */
  fetch(options: {
    readonly max: number;
    readonly waitMs: number;
    readonly signal?: AbortSignal;
  }): Promise<readonly Delivery[]>;
  /**
   * Deliveries as they come until the signal aborts; reconnects and recreated consumers are the bus's business.
   * Ends quietly when the signal aborts, the bus closes, or this bus removes the consumer.
   */
  consume(signal: AbortSignal): AsyncIterable<Delivery>;
  /**
   * Brings back at once every delivery that is pending at the server and not held by this bus: what a process that died
   * took along before it could journal it, or what this one could not give back while the server was away. For the one
   * owner of a consumer, at its start; resolves with how many messages it named (some may have been settled).
   */
  reclaim(): Promise<number>;
}

/** A durable consumer's numbers as the server counts them. */
export interface ConsumerStatus {
  readonly stream: StreamName;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly pending: number;
  readonly ackPending: number;
  readonly redelivered: number;
  /** Stream sequence last delivered. */
  readonly lastDelivered: number;
  readonly ackFloor: number;
  readonly isPaused: boolean;
  /** As its shape says. */
  readonly goneAfterMs?: number;
}

/** A stream's numbers. */
export interface StreamStatus {
  readonly name: StreamName;
  readonly subjects: readonly string[];
  readonly messages: number;
  readonly bytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly consumers: number;
}

/** One key of a bucket. The revision is the fencing token. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
}

/** A write to a bucket; without a value the removal of its key. */
export interface BucketChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly revision: number;
}

/** A key-value bucket. Writes with a stale revision reject with `conflict`. */
export interface Bucket {
  get(key: string): Promise<Entry | undefined>;
  /** `revision` 0 creates; undefined writes in any case. `ttlMs` (whole seconds, at least 1000) lets the key expire by itself. */
  put(
    key: string,
    value: Uint8Array,
    options?: { readonly revision?: number; readonly ttlMs?: number },
  ): Promise<number>;
  remove(key: string): Promise<void>;
  /** All keys, or those that begin with `under` and a dot. */
  entries(signal?: AbortSignal, under?: string): Promise<readonly Entry[]>;
  /**
   * The newest change of each key after revision `after` (0: of all there is), then every one as it comes, in order and
   * through reconnects, until the signal aborts or the bus closes. Keys that expire by themselves may go untold.
   */
  follow(options: { readonly after: number; readonly signal: AbortSignal }): AsyncIterable<BucketChange>;
}

/** A store for what is too large for a message; each object goes by itself after the store's time (layout.ts). */
export interface ObjectStore {
  /**
   * Stores one object, whatever its size up to the store's limit, chunk by chunk; resolves with its bytes when the server
   * has all of it. It replaces one of the same key. Rejects with `too_large` past the limit, with `storage` when the store
   * is full, and with whatever `data` rejects; nothing of it is left then.
   */
  put(key: string, data: AsyncIterable<Uint8Array>): Promise<number>;
  /** The object's bytes as they come, or undefined where there is none. A damaged one rejects with `malformed` at its end. */
  get(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** True if it was there. */
  remove(key: string): Promise<boolean>;
}

/**
 * The bus of one namespace: a port with two implementations, JetStream (bus/jetstream) and `memoryBus` (core/testing),
 * both held to `busConformance`. Every call may be made concurrently. A call while the server is away rejects with
 * `unavailable`; nothing is buffered here: the spool is the daemon's business.
 */
export interface Bus {
  readonly ns: string;
  /** Rejects with `unavailable` when no acknowledgement came in time (it may be stored all the same: publish again with the same dedupeId). */
  publish(message: Outgoing): Promise<Stored>;
  /** In stream order, each once, through reconnects. Ends quietly when the signal aborts or the bus closes. */
  read(stream: StreamName, options: ReadOptions): AsyncIterable<Incoming>;
  /** One stored message, or undefined. */
  get(stream: StreamName, seq: number): Promise<Incoming | undefined>;
  /**
   * The newest stored message that lies in the filters, by its sequence; 0 where there is none. What was acknowledged to
   * its publisher before the call counts; a consumer that is asked for what is there learns of it a moment later.
   */
  lastSeq(stream: StreamName, subjects: readonly string[]): Promise<number>;
  /** Removes one stored message; true if it was there. */
  erase(stream: StreamName, seq: number): Promise<boolean>;
  /** Creates or updates a durable consumer and gives it. Idempotent; a change of filters keeps its position. */
  consumer(shape: ConsumerShape): Promise<Consumer>;
  removeConsumer(stream: StreamName, name: string): Promise<boolean>;
  pauseConsumer(stream: StreamName, name: string, untilMs: number | undefined): Promise<void>;
  consumers(stream?: StreamName): Promise<readonly ConsumerStatus[]>;
  streams(): Promise<readonly StreamStatus[]>;
  /** Answers a delivery by its journaled ack subject. */
  settle(ackSubject: string, answer: "ack" | "nak"): Promise<void>;
  bucket(name: BucketName): Promise<Bucket>;
  objects(name: ObjectStoreName): Promise<ObjectStore>;
  /** Whether the server is reachable now, and a callback for each change. */
  isConnected(): boolean;
  onConnection(listener: (isConnected: boolean) => void): () => void;
  close(): Promise<void>;
}
