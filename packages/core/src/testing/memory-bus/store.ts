import {
  bucketShapes,
  objectStoreShapes,
  streamShapes,
  type BucketName,
  type ObjectStoreName,
  type StreamName,
} from "../../bus/layout.ts";
import { matchesAny } from "../../bus/matches.ts";
import type { Outgoing, Stored } from "../../bus/port.ts";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { memoryBucket, type MemoryBucket } from "./bucket.ts";
import { changeOn, type Change } from "./change.ts";
import type { MemoryConsumer } from "./consumer.ts";
import { memoryObjects, type MemoryObjects } from "./objects.ts";
import { memoryStream, type MemoryStream } from "./stream.ts";

/** What the server is to the real bus: all memory buses of one store see the same. */
export interface MemoryStore {
  readonly ns: string;
  readonly clock: Clock;
  readonly change: Change;
  /** Durable consumers by `<stream>.<name>`. */
  readonly consumers: Map<string, MemoryConsumer>;
  append(message: Outgoing): Stored;
  stream(name: StreamName): MemoryStream;
  streams(): readonly MemoryStream[];
  bucket(name: BucketName): MemoryBucket;
  objects(name: ObjectStoreName): MemoryObjects;
}

/** An empty store with the layout of namespace `ns`. */
export function memoryStore(ns: string, clock: Clock): MemoryStore {
  const change = changeOn(clock);
  const streams = new Map(streamShapes(ns).map((shape) => [shape.name, memoryStream(shape, clock)]));
  const buckets = new Map(bucketShapes.map((shape) => [shape.name, memoryBucket(shape, { clock, change })]));
  const objects = new Map(objectStoreShapes.map((shape) => [shape.name, memoryObjects(shape, clock)]));
  return {
    ns,
    clock,
    change,
    consumers: new Map(),
    append: (message) => {
      const stored = streamFor([...streams.values()], message.subject).append(message);
      change.notify();
      return stored;
    },
    stream: (name) => streams.get(name) ?? unknown(`stream ${name}`),
    streams: () => [...streams.values()],
    bucket: (name) => buckets.get(name) ?? unknown(`bucket ${name}`),
    objects: (name) => objects.get(name) ?? unknown(`object store ${name}`),
  };
}

function streamFor(streams: readonly MemoryStream[], subject: string): MemoryStream {
  const found = streams.find((one) => matchesAny(one.shape.subjects, subject));
  if (found !== undefined) return found;
  throw new FleetError("unavailable", `publishing on ${subject}: no stream takes it`);
}

function unknown(what: string): never {
  throw new FleetError("not_found", `using ${what}: there is none`);
}
