import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import {
  bucketShapes,
  objectStoreShapes,
  streamId,
  type BucketName,
  type ObjectStoreName,
  type StreamName,
} from "../layout.ts";
import type { Bus, ObjectStore, ReadOptions } from "../port.ts";
import { bucketOn } from "./bucket.ts";
import { durableName } from "./consumer.ts";
import { noDurables } from "./durable.ts";
import { ensureLayout, type LayoutChange } from "./ensure.ts";
import type { Link } from "./link.ts";
import { openConsumer, type Parts } from "./open-consumer.ts";
import { publish } from "./publish.ts";
import { readStream, unlessClosed } from "./read.ts";
import { nothingRecent } from "./recent.ts";
import { pauseConsumer, removeConsumer } from "./registrar.ts";
import { settle } from "./settle.ts";
import { listConsumers, listStreams } from "./status.ts";
import { eraseStored, getStored, lastStored } from "./stored.ts";

/** The bus on a NATS server. */
export interface JetStreamBus extends Bus {
  /** Makes or updates the namespace's streams and buckets; says what it changed. See `ensureLayout`. */
  ensureLayout(): Promise<readonly LayoutChange[]>;
}

/** A bus of namespace `ns` on an open link, which it owns from now on. */
export function busOn(link: Link, ns: string, clock: Clock): JetStreamBus {
  const parts: Parts = { link, ns, clock, durables: noDurables(), recent: nothingRecent() };
  return {
    ns,
    publish: (message) => publish(link, ns, message),
    read: (stream, options) => read(parts, stream, options),
    get: (stream, seq) => getStored(link, { ns, stream, seq }),
    lastSeq: (stream, subjects) => lastStored(link, { ns, stream, subjects }),
    erase: (stream, seq) => eraseStored(link, { ns, stream, seq }),
    consumer: (shape) => openConsumer(parts, shape),
    removeConsumer: (stream, name) => removeConsumer(parts, durableName(ns, { stream, name })),
    pauseConsumer: (stream, name, untilMs) => pauseConsumer(link, durableName(ns, { stream, name }), untilMs),
    consumers: (stream) => listConsumers(link, ns, stream),
    streams: () => listStreams(link, ns),
    settle: (ackSubject, answer) => settle(parts, { ackSubject, answer }),
    bucket: async (name) => bucketOn({ ...parts, shape: bucketShape(name) }),
    objects: (name) => openObjects(parts, name),
    isConnected: link.isConnected,
    onConnection: link.onConnection,
    close: link.close,
    ensureLayout: () => ensureLayout(link, ns),
  };
}

async function* read({ link, ns, clock }: Parts, name: StreamName, options: ReadOptions) {
  const { subjects, from, signal, isHeadersOnly = false } = options;
  if (signal.aborted || link.closed.aborted) return;
  const stream = streamId(ns, name);
  const seq = options.untilCaughtUp === true ? await unlessClosed(link, lastSeqOf(link, stream)) : undefined;
  const until = seq === undefined ? ("aborted" as const) : { seq };
  yield* readStream(link, { stream, subjects, from, signal, isHeadersOnly, until, clock });
}

function lastSeqOf(link: Link, stream: string): Promise<number> {
  return link.call(
    `reading stream ${stream}`,
    async () => (await link.jsm.streams.info(stream)).state.last_seq,
  );
}

function bucketShape(name: BucketName) {
  const shape = bucketShapes.find((one) => one.name === name);
  if (shape === undefined) throw new FleetError("not_found", `using bucket ${name}: there is none`);
  return shape;
}

/** The library is loaded by whoever uses one. */
async function openObjects(parts: Parts, name: ObjectStoreName): Promise<ObjectStore> {
  const shape = objectStoreShapes.find((one) => one.name === name);
  if (shape === undefined) throw new FleetError("not_found", `using object store ${name}: there is none`);
  const { objectsOn } = await import("./objects.ts");
  return objectsOn({ ...parts, shape });
}
