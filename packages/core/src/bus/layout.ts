import { subjectsOf } from "../subjects/grammar.ts";
import type { Address } from "../names/address.ts";
import { durableOf } from "../names/address.ts";

/** Raised with each change of the layout; `ensure` refuses a server that a newer fleet has laid out. */
export const layoutVersion = 1;

const day = 24 * 60 * 60 * 1000;
const hour = 60 * 60 * 1000;
const mebi = 1024 * 1024;

/** The streams of a namespace (DESIGN §3). All are limits streams, R1, file. */
export const streamNames = ["EVENTS", "INBOX", "LATER", "RECEIPTS", "WAKES", "DEAD", "AUDIT"] as const;
export type StreamName = (typeof streamNames)[number];

/** The key-value buckets of a namespace. */
export const bucketNames = ["sessions", "alive", "locks", "tasks", "todos", "components", "effects"] as const;
export type BucketName = (typeof bucketNames)[number];

/** The object stores of a namespace: what is too large for a message. */
export const objectStoreNames = ["runs"] as const;
export type ObjectStoreName = (typeof objectStoreNames)[number];

/** One stream as data. What is not named is off: in particular rollups, schedules and delete markers (NATS.md, decision 7). */
export interface StreamShape {
  readonly name: StreamName;
  readonly subjects: readonly string[];
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly allowTtl?: boolean;
  readonly allowSchedules?: boolean;
  /** A full subject refuses the newest instead of dropping the oldest. */
  readonly maxPerSubject?: number;
  /** No message can be deleted or purged. */
  readonly isAppendOnly?: boolean;
}

/** One bucket as data. */
export interface BucketShape {
  readonly name: BucketName;
  readonly maxBytes: number;
  readonly maxAgeMs?: number;
  readonly hasKeyTtl?: boolean;
}

/** One object store as data. A full one refuses what is new; every object goes by itself after `maxAgeMs`. */
export interface ObjectStoreShape {
  readonly name: ObjectStoreName;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** The largest object. */
  readonly maxObjectBytes: number;
}

/** The streams of namespace `ns`. */
export function streamShapes(ns: string): readonly StreamShape[] {
  const s = subjectsOf(ns);
  const root = `fleet.${ns}`;
  return [
    { name: "EVENTS", subjects: [s.event({})], maxAgeMs: 7 * day, maxBytes: 1024 * mebi },
    {
      name: "INBOX",
      subjects: [s.inbox({}), s.cast("*")],
      maxAgeMs: 14 * day,
      maxBytes: 1024 * mebi,
      allowTtl: true,
      maxPerSubject: 10_000,
    },
    {
      name: "LATER",
      subjects: [s.later(), s.due()],
      maxAgeMs: 0,
      maxBytes: 256 * mebi,
      allowTtl: true,
      allowSchedules: true,
    },
    { name: "RECEIPTS", subjects: [s.receipt({})], maxAgeMs: 3 * day, maxBytes: 512 * mebi },
    { name: "WAKES", subjects: [s.wake({})], maxAgeMs: hour, maxBytes: 64 * mebi },
    { name: "DEAD", subjects: [s.dead()], maxAgeMs: 30 * day, maxBytes: 256 * mebi },
    {
      name: "AUDIT",
      subjects: [`${root}.audit.>`],
      maxAgeMs: 365 * day,
      maxBytes: 256 * mebi,
      isAppendOnly: true,
    },
  ];
}

/** The buckets of a namespace. */
export const bucketShapes: readonly BucketShape[] = [
  { name: "sessions", maxBytes: 256 * mebi },
  { name: "alive", maxBytes: 64 * mebi, hasKeyTtl: true },
  { name: "locks", maxBytes: 64 * mebi, hasKeyTtl: true },
  { name: "tasks", maxBytes: 128 * mebi, hasKeyTtl: true },
  { name: "todos", maxBytes: 128 * mebi },
  { name: "components", maxBytes: 64 * mebi },
  { name: "effects", maxBytes: 256 * mebi, hasKeyTtl: true },
];

/** The object stores of a namespace: full logs of runs, by the run's id. */
export const objectStoreShapes: readonly ObjectStoreShape[] = [
  { name: "runs", maxBytes: 1024 * mebi, maxAgeMs: 7 * day, maxObjectBytes: 65 * mebi },
];

/** `MAIN_INBOX`: the stream's name on the server. */
export function streamId(ns: string, name: StreamName): string {
  return `${ns.toUpperCase()}_${name}`;
}

/** `MAIN_sessions`: the bucket's name on the server. */
export function bucketId(ns: string, name: BucketName): string {
  return `${ns.toUpperCase()}_${name}`;
}

/** `MAIN_runs`: the object store's name on the server. */
export function objectStoreId(ns: string, name: ObjectStoreName): string {
  return `${ns.toUpperCase()}_${name}`;
}

/** One durable consumer as data. */
export interface ConsumerShape {
  readonly stream: StreamName;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly from: "all" | "new" | { readonly seq: number };
  readonly ackWaitMs: number;
  readonly maxAckPending: number;
  /** -1: for ever. */
  readonly maxDeliver: number;
  /**
   * The server removes it once nobody has pulled for so long; never where absent. The time may be changed while it stands;
   * it counts anew from each start of the server, and what is out for delivery keeps it a little longer (seen on 2.15.1).
   */
  readonly goneAfterMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * What may be unacknowledged of one inbox: far more than its depth, for the server gives nothing beyond it, and only what
 * was given can be told by its urgency. The mailbox keeps the heads of what is beyond its depth.
 */
const maxInboxPending = 100_000;

/** A mailbox's inbox (NATS.md, table of consumers): it counts its own deliveries, so the server never gives up. */
export function inboxConsumer(ns: string, owner: Address, groups: readonly string[] = []): ConsumerShape {
  const s = subjectsOf(ns);
  return {
    stream: "INBOX",
    name: durableOf(owner),
    subjects: [s.inbox(owner), ...groups.map((group) => s.cast(group))],
    from: "all",
    ackWaitMs: hour,
    maxAckPending: maxInboxPending,
    maxDeliver: -1,
    metadata: { "fleet-role": "inbox" },
  };
}

/**
 * A renamed session's consumer for what was stored under the name it bore before: made where that name's own one had
 * come to, with a name of its own, for the next session that bears the name has that one (ADR 0009).
 */
export function formerInboxConsumer(
  ns: string,
  former: Address,
  { id, after }: { readonly id: string; readonly after: number },
): ConsumerShape {
  const own = inboxConsumer(ns, former);
  return { ...own, name: `${own.name}=${id}`, from: { seq: after + 1 } };
}

/**
 * How long the durable of an adapter stays that nobody pulls from: as long as EVENTS keeps what waits there. Its machine is
 * gone by then.
 */
const unpulledAdapterMs = 7 * day;
/** As it, of an adapter that was removed from its config: time to take an edit back. */
export const removedAdapterMs = day;

/**
 * What one adapter instance is to send to its far side. The host counts tries by time, so the server never gives up; what
 * it holds back (quiet hours, a daily cap, a far side that is down) stays unacknowledged here, so the limit is wide: held
 * ones must not block what breaks through.
 */
export function deliveryConsumer(name: string, subjects: readonly string[]): ConsumerShape {
  return {
    stream: "EVENTS",
    name,
    subjects,
    from: "new",
    ackWaitMs: 60_000,
    maxAckPending: 100_000,
    maxDeliver: -1,
    goneAfterMs: unpulledAdapterMs,
    metadata: { "fleet-role": "adapter" },
  };
}

/**
 * A wake rung's consumer (NATS.md, table of consumers): what is late is of no use. Without `backoff`: its first step would
 * replace `ackWaitMs`, and a wake that waits for a draft to go would be delivered, and typed, once more.
 */
export function adapterConsumer(
  stream: StreamName,
  name: string,
  subjects: readonly string[],
): ConsumerShape {
  return {
    stream,
    name,
    subjects,
    from: "new",
    ackWaitMs: 60_000,
    maxAckPending: 64,
    maxDeliver: 10,
    goneAfterMs: unpulledAdapterMs,
    metadata: { "fleet-role": "adapter" },
  };
}
