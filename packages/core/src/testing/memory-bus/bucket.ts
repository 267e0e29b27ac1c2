import { requireKey, requireTtl } from "../../bus/bucket-rules.ts";
import type { BucketShape } from "../../bus/layout.ts";
import type { Bucket, Entry } from "../../bus/port.ts";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { MemoryLink } from "./link.ts";

type PutOptions = NonNullable<Parameters<Bucket["put"]>[2]>;

/** A bucket as the store keeps it. */
export interface MemoryBucket {
  get(key: string): Entry | undefined;
  put(key: string, value: Uint8Array, options?: PutOptions): number;
  remove(key: string): void;
  entries(): readonly Entry[];
}

interface Held {
  readonly entry: Entry;
  readonly expiresAt: number;
}

/** An empty bucket. */
export function memoryBucket(shape: BucketShape, clock: Clock): MemoryBucket {
  const held = new Map<string, Held>();
  let revision = 0;
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
      revision += 1;
      const expiresAt = clock.now() + (options.ttlMs ?? shape.maxAgeMs ?? Infinity);
      held.set(key, { entry: { key, value: value.slice(), revision }, expiresAt });
      return revision;
    },
    remove: (key) => {
      revision += 1;
      held.delete(requireKey(shape, key));
    },
    entries: () => [...held.keys()].flatMap((key) => live(key) ?? []),
  };
}

/** The bucket through one connection. */
export function bucketThrough(link: MemoryLink, bucket: MemoryBucket): Bucket {
  return {
    get: (key) => link.call(() => bucket.get(key)),
    put: (key, value, options) => link.call(() => bucket.put(key, value, options)),
    remove: (key) => link.call(() => bucket.remove(key)),
    entries: () => link.call(() => bucket.entries()),
  };
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
