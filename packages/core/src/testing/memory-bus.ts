import type { Bus } from "../bus/port.ts";
import type { BucketName, StreamName } from "../bus/layout.ts";
import { bucketShapes, streamShapes } from "../bus/layout.ts";
import { matchesAny } from "../bus/matches.ts";
import type { Clock } from "../clock.ts";
import { FleetError } from "../errors/fleet-error.ts";
import { memoryBucket } from "./memory-bus/bucket.ts";
import { changeOn } from "./memory-bus/change.ts";
import { memoryDurables } from "./memory-bus/durables.ts";
import { readMemory } from "./memory-bus/read.ts";
import { memoryStream, type MemoryStream } from "./memory-bus/stream.ts";

/** The bus in one process, for tests: it forgets all when it is dropped. */
export interface MemoryBus extends Bus {
  /** Plays a server that goes away and comes back with everything it had. */
  setConnected(isConnected: boolean): void;
}

/** A bus of namespace `ns` that keeps the rules of the real one (`busConformance`), with its layout in place. */
export function memoryBus({ ns, clock }: { readonly ns: string; readonly clock: Clock }): MemoryBus {
  const link = memoryLink();
  const change = changeOn(clock);
  const streams = new Map(streamShapes(ns).map((shape) => [shape.name, memoryStream(shape, clock)]));
  const buckets = new Map(bucketShapes.map((shape) => [shape.name, memoryBucket(shape, clock, link.guard)]));
  const stream = (name: StreamName) => streams.get(name) ?? unknown(`stream ${name}`);
  const context = { clock, change, stream, ...link };
  const durables = memoryDurables(context);
  const call = async <T>(work: () => T): Promise<T> => {
    link.guard();
    return work();
  };
  link.listeners.add(() => change.notify());
  return {
    ns,
    publish: (message) =>
      call(() => {
        const stored = streamFor([...streams.values()], message.subject).append(message);
        change.notify();
        return stored;
      }),
    read: (name, options) => readMemory({ ...context, stream: stream(name) }, options),
    get: (name, seq) => call(() => stream(name).get(seq)),
    erase: (name, seq) => call(() => stream(name).erase(seq)),
    consumer: (shape) => call(() => durables.open(shape)),
    removeConsumer: (name, consumer) => call(() => durables.remove(name, consumer)),
    pauseConsumer: (name, consumer, untilMs) => call(() => durables.pause(name, consumer, untilMs)),
    consumers: (name) => call(() => durables.list(name)),
    streams: () => call(() => [...streams].map(([name, one]) => one.status(durables.list(name).length))),
    settle: (ackSubject, kind) => call(() => durables.settle(ackSubject, kind)),
    bucket: (name: BucketName) => call(() => buckets.get(name) ?? unknown(`bucket ${name}`)),
    isConnected: link.isConnected,
    onConnection: (listener) => {
      link.listeners.add(listener);
      return () => void link.listeners.delete(listener);
    },
    close: async () => link.close(),
    setConnected: link.set,
  };
}

function memoryLink() {
  const listeners = new Set<(isConnected: boolean) => void>();
  const closing = new AbortController();
  let isUp = true;
  const isConnected = () => isUp && !closing.signal.aborted;
  const set = (next: boolean) => {
    if (isUp === next || closing.signal.aborted) return;
    isUp = next;
    for (const listener of listeners) listener(next);
  };
  return {
    listeners,
    isConnected,
    set,
    closed: closing.signal,
    guard: () => {
      if (!isConnected()) throw new FleetError("unavailable", "using the bus: the server is away");
    },
    close: () => {
      set(false);
      closing.abort();
    },
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
