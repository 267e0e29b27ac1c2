import type { Clock } from "../../clock.ts";
import { bucketId, type BucketShape } from "../layout.ts";
import { requireKey, requireTtl } from "../bucket-rules.ts";
import type { Bucket, BucketChange, Entry, Incoming } from "../port.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { bytesOf } from "./delivery.ts";
import { apiCodes, isApiError } from "./errors.ts";
import { fromMsgHdrs, toMsgHdrs } from "./headers.ts";
import type { Link } from "./link.ts";
import { readStream, type Reading } from "./read.ts";

/** Where a bucket is. */
export interface BucketPlace {
  readonly link: Link;
  readonly ns: string;
  readonly shape: BucketShape;
  readonly clock: Clock;
}

interface Last {
  readonly revision: number;
  readonly value: Uint8Array;
  readonly isRemoved: boolean;
}

type PutOptions = NonNullable<Parameters<Bucket["put"]>[2]>;

/** The stream that keeps a bucket, as every NATS client finds it. */
export function bucketStream(ns: string, shape: BucketShape): string {
  return `KV_${bucketId(ns, shape.name)}`;
}

/**
 * A key-value bucket in the shape of NATS clients. Written by plain publishes: the library's own update drops the time
 * to live (NATS.md, features).
 */
export function bucketOn(place: BucketPlace): Bucket {
  const { link, shape } = place;
  const doing = (verb: string, key: string) => `${verb} ${requireKey(shape, key)} of bucket ${shape.name}`;
  return {
    get: async (key) => {
      const last = await link.call(doing("reading", key), () => lastOf(place, key));
      return last === undefined || last.isRemoved
        ? undefined
        : { key, value: last.value, revision: last.revision };
    },
    put: async (key, value, options = {}) => {
      const text = doing("writing", key);
      requireTtl(shape, key, options.ttlMs);
      return link.call(text, () => put(place, { key, value, options }));
    },
    remove: (key) => link.call(doing("removing", key), () => remove(place, key)),
    entries: async (signal, under) => entriesOf(place, under, signal),
    follow: (options) => changesOf(place, options),
  };
}

async function put(
  place: BucketPlace,
  asked: { key: string; value: Uint8Array; options: PutOptions },
): Promise<number> {
  const { key, options } = asked;
  try {
    return await write(place, asked, options.revision);
  } catch (error) {
    if (options.revision !== 0 || !isApiError(error, apiCodes.wrongLastSequence)) throw error;
    const last = await lastOf(place, key);
    // The mark of a removed or expired key is what stands in the way of creating it.
    if (last === undefined || !last.isRemoved) throw error;
    return await write(place, asked, last.revision);
  }
}

async function write(
  place: BucketPlace,
  { key, value, options }: { key: string; value: Uint8Array; options: PutOptions },
  revision: number | undefined,
): Promise<number> {
  const headers: Record<string, string> = {};
  if (options.ttlMs !== undefined) headers["Nats-TTL"] = `${options.ttlMs / 1000}s`;
  if (revision !== undefined) headers["Nats-Expected-Last-Subject-Sequence"] = String(revision);
  const { link } = place;
  const ack = await link.js.publish(subjectOf(place, key), value, {
    headers: toMsgHdrs(headers),
    timeout: link.timeoutMs,
  });
  return ack.seq;
}

async function remove(place: BucketPlace, key: string): Promise<void> {
  const { link, shape } = place;
  // Where keys expire, their marks do too.
  const ttl = shape.hasKeyTtl === true ? { "Nats-TTL": markTtl } : {};
  const headers = toMsgHdrs({ "KV-Operation": "PURGE", "Nats-Rollup": "sub", ...ttl });
  await link.js.publish(subjectOf(place, key), new Uint8Array(), { headers, timeout: link.timeoutMs });
}

/** How long the mark of a removed key stays. */
const markTtl = "3600s";

async function lastOf(place: BucketPlace, key: string): Promise<Last | undefined> {
  const subject = subjectOf(place, key);
  const stream = bucketStream(place.ns, place.shape);
  const found = await place.link.jsm.direct.getMessage(stream, { last_by_subj: subject });
  if (found === null) return undefined;
  return { revision: found.seq, value: bytesOf(found.data), isRemoved: isMark(fromMsgHdrs(found.header)) };
}

async function entriesOf(
  place: BucketPlace,
  under: string | undefined,
  signal?: AbortSignal,
): Promise<readonly Entry[]> {
  const { link, shape } = place;
  const entries = new Map<string, Entry>();
  const reading = { from: "all", until: "empty", under, signal: signal ?? link.closed } as const;
  for await (const { key, value, revision } of changesIn(place, reading)) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, { key, value, revision });
  }
  signal?.throwIfAborted();
  if (link.closed.aborted)
    throw new FleetError("unavailable", `reading bucket ${shape.name}: the bus is closed`);
  return [...entries.values()];
}

function changesOf(
  place: BucketPlace,
  { after, signal }: Parameters<Bucket["follow"]>[0],
): AsyncIterable<BucketChange> {
  return changesIn(place, { from: { seq: after + 1 }, until: "aborted", signal });
}

/** Each key has one message. A key that is written meanwhile moves to the end, and is read there. */
async function* changesIn(
  place: BucketPlace,
  { under, ...reading }: Pick<Reading, "from" | "until" | "signal"> & { readonly under?: string | undefined },
): AsyncGenerator<BucketChange> {
  const { link, ns, shape, clock } = place;
  const prefix = subjectOf(place, "");
  const within = under === undefined ? prefix : subjectOf(place, `${requireKey(shape, under)}.`);
  const what = { stream: bucketStream(ns, shape), subjects: [`${within}>`], clock };
  for await (const message of readStream(link, { ...reading, ...what })) yield changeOf(message, prefix);
}

function changeOf({ subject, seq, data, headers }: Incoming, prefix: string): BucketChange {
  const value = isMark(headers) ? undefined : data;
  return { key: subject.slice(prefix.length), value, revision: seq };
}

/** A removed key (by any client), or one that the server let expire. */
function isMark(headers: Readonly<Record<string, string>>): boolean {
  return headers["kv-operation"] !== undefined || headers["nats-marker-reason"] !== undefined;
}

function subjectOf({ ns, shape }: BucketPlace, key: string): string {
  return `$KV.${bucketId(ns, shape.name)}.${key}`;
}
