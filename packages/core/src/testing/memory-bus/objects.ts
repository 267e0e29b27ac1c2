import type { ObjectStoreShape } from "../../bus/layout.ts";
import { requireObjectKey, withinLimit } from "../../bus/object-rules.ts";
import type { ObjectStore } from "../../bus/port.ts";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { MemoryLink } from "./link.ts";

/** An object store as the memory store keeps it. */
export interface MemoryObjects {
  get(key: string): Uint8Array | undefined;
  put(key: string, bytes: Uint8Array): void;
  remove(key: string): boolean;
  readonly shape: ObjectStoreShape;
}

/** An empty object store. */
export function memoryObjects(shape: ObjectStoreShape, clock: Clock): MemoryObjects {
  const held = new Map<string, { readonly bytes: Uint8Array; readonly expiresAt: number }>();
  const live = (key: string) => {
    const found = held.get(requireObjectKey(shape, key));
    return found !== undefined && found.expiresAt > clock.now() ? found.bytes : undefined;
  };
  const total = () => [...held.keys()].reduce((sum, key) => sum + (live(key)?.length ?? 0), 0);
  return {
    shape,
    get: live,
    put: (key, bytes) => {
      if (total() + bytes.length > shape.maxBytes)
        throw new FleetError("storage", `storing object ${key} of ${shape.name}: it is full`);
      held.set(requireObjectKey(shape, key), { bytes, expiresAt: clock.now() + shape.maxAgeMs });
    },
    remove: (key) => {
      const wasThere = live(key) !== undefined;
      held.delete(key);
      return wasThere;
    },
  };
}

/** The object store through one connection. */
export function objectsThrough(link: MemoryLink, objects: MemoryObjects): ObjectStore {
  return {
    put: async (key, data) => {
      await link.call(() => requireObjectKey(objects.shape, key));
      const chunks: Uint8Array[] = [];
      for await (const chunk of withinLimit(objects.shape, key, data)) chunks.push(chunk.slice());
      const bytes = Uint8Array.from(Buffer.concat(chunks));
      await link.call(() => objects.put(key, bytes));
      return bytes.length;
    },
    get: async (key) => {
      const bytes = await link.call(() => objects.get(key));
      return bytes === undefined ? undefined : once(bytes);
    },
    remove: (key) => link.call(() => objects.remove(key)),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes.slice();
}
