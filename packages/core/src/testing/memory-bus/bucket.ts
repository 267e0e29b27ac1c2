import { requireKey, requireTtl } from "../../bus/bucket-rules.ts";
import type { BucketShape } from "../../bus/layout.ts";
import type { Bucket, BucketChange, Entry } from "../../bus/port.ts";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { Change } from "./change.ts";
import type { MemoryLink } from "./link.ts";

type PutOptions = NonNullable<Parameters<Bucket["put"]>[2]>;

/** A bucket as the store keeps it. */
export interface MemoryBucket {
  get(key: string): Entry | undefined;
  put(key: string, value: Uint8Array, options?: PutOptions): number;
  remove(key: string): void;
  entries(): readonly Entry[];
  /** The oldest change after a revision. */
  next(after: number): BucketChange | undefined;
  /** Told of each. */
  readonly change: Change;
}

interface Held {
  readonly entry: Entry;
  readonly expiresAt: number;
}

/** An empty bucket. */
export function memoryBucket(
  shape: BucketShape,
  { clock, change }: { readonly clock: Clock; readonly change: Change },
): MemoryBucket {
  const held = new Map<string, Held>();
  /** The newest of each key, oldest first. */
  const changes = new Map<string, BucketChange>();
  let revision = 0;
  const note = (key: string, value: Uint8Array | undefined) => {
    revision += 1;
    changes.delete(key);
    changes.set(key, { key, value, revision });
    change.notify();
  };
  const live = (key: string) => {
    const found = held.get(key);
    if (found === undefined || found.expiresAt > clock.now()) return found?.entry;
    held.delete(key);
    return undefined;
  };
  return {
    get: (key) => live(requireKey(shape, key)),
    put: (key, value, options = {}) => {
      requireTtl(shape, requireKey(shape, key), options.ttlMs);
      requireRevision(shape, { key, wanted: options.revision, actual: live(key)?.revision ?? 0 });
      const copy = value.slice();
      note(key, copy);
      const expiresAt = clock.now() + (options.ttlMs ?? shape.maxAgeMs ?? Infinity);
      held.set(key, { entry: { key, value: copy, revision }, expiresAt });
      return revision;
    },
    remove: (key) => {
      held.delete(requireKey(shape, key));
      note(key, undefined);
    },
    entries: () => [...held.keys()].flatMap((key) => live(key) ?? []),
    next: (after) => [...changes.values()].find((each) => each.revision > after),
    change,
  };
}

/** The bucket through one connection. */
export function bucketThrough(link: MemoryLink, bucket: MemoryBucket): Bucket {
  return {
    get: (key) => link.call(() => bucket.get(key)),
    put: (key, value, options) => link.call(() => bucket.put(key, value, options)),
    remove: (key) => link.call(() => bucket.remove(key)),
    entries: (_signal, under) =>
      link.call(() =>
        bucket.entries().filter(({ key }) => under === undefined || key.startsWith(`${under}.`)),
      ),
    follow: (options) => followBucket(link, bucket, options),
  };
}

async function* followBucket(
  link: MemoryLink,
  bucket: MemoryBucket,
  { after, signal: given }: Parameters<Bucket["follow"]>[0],
): AsyncGenerator<BucketChange> {
  const signal = AbortSignal.any([given, link.closed]);
  for (let seen = after; !signal.aborted;) {
    const found = link.isConnected() ? bucket.next(seen) : undefined;
    if (found === undefined) await bucket.change.wait(undefined, signal);
    else {
      seen = found.revision;
      yield found;
    }
  }
}

interface Revisions {
  readonly key: string;
  readonly wanted: number | undefined;
  readonly actual: number;
}

function requireRevision(shape: BucketShape, { key, wanted, actual }: Revisions): void {
  if (wanted === undefined || wanted === actual) return;
  throw new FleetError(
    "conflict",
    `writing ${key} of bucket ${shape.name}: it is at revision ${actual}, not ${wanted}`,
  );
}
