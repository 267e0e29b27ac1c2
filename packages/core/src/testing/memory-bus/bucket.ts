import type { BucketShape } from "../../bus/layout.ts";
import type { Bucket, Entry } from "../../bus/port.ts";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { requireKey, requireTtl } from "../../bus/bucket-rules.ts";

interface Held {
  readonly entry: Entry;
  readonly expiresAt: number;
}

/** An empty bucket in memory. `guard` runs before each call and throws while the bus is away. */
export function memoryBucket(shape: BucketShape, clock: Clock, guard: () => void): Bucket {
  const held = new Map<string, Held>();
  let revision = 0;
  const live = (key: string) => {
    const found = held.get(key);
    if (found === undefined || found.expiresAt > clock.now()) return found?.entry;
    held.delete(key);
    return undefined;
  };
  const call = async <T>(work: () => T): Promise<T> => {
    guard();
    return work();
  };
  const put = (key: string, value: Uint8Array, options: PutOptions = {}) => {
    requireTtl(shape, requireKey(shape, key), options.ttlMs);
    requireRevision(shape, { key, wanted: options.revision, actual: live(key)?.revision ?? 0 });
    revision += 1;
    const expiresAt = clock.now() + (options.ttlMs ?? shape.maxAgeMs ?? Infinity);
    held.set(key, { entry: { key, value: value.slice(), revision }, expiresAt });
    return revision;
  };
  return {
    get: (key) => call(() => live(requireKey(shape, key))),
    put: (key, value, options) => call(() => put(key, value, options)),
    remove: (key) =>
      call(() => {
        revision += 1;
        held.delete(requireKey(shape, key));
      }),
    entries: () => call(() => [...held.keys()].flatMap((key) => live(key) ?? [])),
  };
}

type PutOptions = NonNullable<Parameters<Bucket["put"]>[2]>;

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
