import type { Msg } from "@nats-io/nats-core";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { bucketShapes, streamId, type BucketName, type ConsumerShape, type StreamName } from "../layout.ts";
import type { Bus, Consumer, ReadOptions } from "../port.ts";
import { bucketOn } from "./bucket.ts";
import { consumeFrom } from "./consume.ts";
import { durableName, ensureConsumer } from "./consumer.ts";
import { parseAckSubject, toDelivery } from "./delivery.ts";
import { hold, noDurables, type Durables } from "./durable.ts";
import { ensureLayout, type LayoutChange } from "./ensure.ts";
import { fetchFrom } from "./fetch.ts";
import type { Link } from "./link.ts";
import { publish } from "./publish.ts";
import { readStream, unlessClosed } from "./read.ts";
import { reclaim } from "./reclaim.ts";
import { pauseConsumer, removeConsumer } from "./registrar.ts";
import { settle } from "./settle.ts";
import { listConsumers, listStreams } from "./status.ts";
import { eraseStored, getStored } from "./stored.ts";

/** The bus on a NATS server. */
export interface JetStreamBus extends Bus {
  /** Makes or updates the namespace's streams and buckets; says what it changed. See `ensureLayout`. */
  ensureLayout(): Promise<readonly LayoutChange[]>;
}

interface Parts {
  readonly link: Link;
  readonly ns: string;
  readonly clock: Clock;
  readonly durables: Durables;
}

/** A bus of namespace `ns` on an open link, which it owns from now on. */
export function busOn(link: Link, ns: string, clock: Clock): JetStreamBus {
  const parts: Parts = { link, ns, clock, durables: noDurables() };
  return {
    ns,
    publish: (message) => publish(link, ns, message),
    read: (stream, options) => read(parts, stream, options),
    get: (stream, seq) => getStored(link, { ns, stream, seq }),
    erase: (stream, seq) => eraseStored(link, { ns, stream, seq }),
    consumer: (shape) => openConsumer(parts, shape),
    removeConsumer: (stream, name) => removeConsumer(parts, durableName(ns, { stream, name })),
    pauseConsumer: (stream, name, untilMs) => pauseConsumer(link, durableName(ns, { stream, name }), untilMs),
    consumers: (stream) => listConsumers(link, ns, stream),
    streams: () => listStreams(link, ns),
    settle: (ackSubject, answer) => settle(parts, { ackSubject, answer }),
    bucket: async (name) => bucketOn({ ...parts, shape: bucketShape(name) }),
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

async function openConsumer(parts: Parts, shape: ConsumerShape): Promise<Consumer> {
  const { link, ns, clock, durables } = parts;
  const name = durableName(ns, shape);
  const info = await ensureConsumer(link, { ns, shape });
  const durable = durables.of(name);
  durable.highest = Math.max(durable.highest, info.ack_floor.stream_seq);
  const receive = (message: Msg) => {
    const ackSubject = message.reply ?? "";
    hold(durable, parseAckSubject(ackSubject).seq);
    return toDelivery(message, (answer, delayMs = 0) => settle(parts, { ackSubject, answer, delayMs }));
  };
  const reclaimNow = () => reclaim({ link, ns, shape, durable, clock });
  const onBroken = () => {
    durable.isSuspect = true;
  };
  return {
    fetch: async (options) => {
      if (durable.isSuspect) await reclaimNow();
      return fetchFrom({ link, ...name, toDelivery: receive, onBroken }, options);
    },
    consume: (signal) =>
      consumeFrom({ ...parts, shape, durable, signal, toDelivery: receive, reclaim: reclaimNow }),
    reclaim: reclaimNow,
  };
}

function bucketShape(name: BucketName) {
  const shape = bucketShapes.find((one) => one.name === name);
  if (shape === undefined) throw new FleetError("not_found", `using bucket ${name}: there is none`);
  return shape;
}
