import { createHash } from "node:crypto";
import { ReadableStream } from "node:stream/web";
import { Objm, type ObjectInfo } from "@nats-io/obj";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { objectStoreId, type ObjectStoreShape } from "../layout.ts";
import { requireObjectKey, withinLimit } from "../object-rules.ts";
import type { ObjectStore } from "../port.ts";
import type { Link } from "./link.ts";
import { readStream } from "./read.ts";

/** Where an object store is. */
export interface ObjectsPlace {
  readonly link: Link;
  readonly ns: string;
  readonly shape: ObjectStoreShape;
  readonly clock: Clock;
}

/**
 * An object store in the shape of NATS clients, whose library writes it. It is read by the bus's own reader: the
 * library's waits for ever where the connection is lost within an object, and holds all of it in memory.
 */
export async function objectsOn(place: ObjectsPlace): Promise<ObjectStore> {
  const { link, shape } = place;
  // It is there: `ensureLayout` has made it.
  const store = await new Objm(link.js).open(objectStoreId(place.ns, shape.name), false);
  const doing = (verb: string, key: string) =>
    `${verb} object ${requireObjectKey(shape, key)} of ${shape.name}`;
  return {
    put: async (key, data) => {
      const stream = ReadableStream.from(withinLimit(shape, key, data));
      const put = () => store.put({ name: key }, stream, { timeout: link.timeoutMs });
      return (await link.call(doing("storing", key), put)).size;
    },
    get: async (key) => {
      const info = await link.call(doing("reading", key), () => store.info(key));
      return info === null || info.deleted ? undefined : bytesOf(place, key, info);
    },
    remove: (key) =>
      link.call(doing("removing", key), async () => {
        const info = await store.info(key);
        return info !== null && !info.deleted && (await store.delete(key)).success;
      }),
  };
}

async function* bytesOf(place: ObjectsPlace, key: string, info: ObjectInfo): AsyncGenerator<Uint8Array> {
  const { link, ns, shape, clock } = place;
  const id = objectStoreId(ns, shape.name);
  const subjects = [`$O.${id}.C.${info.nuid}`];
  const reading = { stream: `OBJ_${id}`, subjects, from: "all", until: "empty" } as const;
  const hash = createHash("sha256");
  let size = 0;
  for await (const { data } of readStream(link, { ...reading, clock, signal: link.closed })) {
    hash.update(data);
    size += data.length;
    yield data;
  }
  const found = `SHA-256=${hash.digest("base64url")}`;
  if (size === info.size && found === info.digest.replace(/=+$/, "")) return;
  const why =
    size === info.size
      ? "its bytes are not those that were stored"
      : `${size} of ${info.size} bytes are there`;
  throw new FleetError("malformed", `reading object ${key} of ${shape.name}: ${why}`);
}
