import type { Bus } from "../bus/port.ts";
import type { Clock } from "../clock.ts";
import { bucketThrough } from "./memory-bus/bucket.ts";
import { durablesThrough } from "./memory-bus/durables.ts";
import { memoryLink } from "./memory-bus/link.ts";
import { objectsThrough } from "./memory-bus/objects.ts";
import { readMemory } from "./memory-bus/read.ts";
import { memoryStore, type MemoryStore } from "./memory-bus/store.ts";

/** The bus in one process, for tests: it forgets all when it is dropped. */
export interface MemoryBus extends Bus {
  /** Plays a server that goes away and comes back with everything it had, as this connection sees it. */
  setConnected(isConnected: boolean): void;
  /** Another connection to the same store, as another process has it, or the same one after a restart. */
  join(): MemoryBus;
}

/** A bus of namespace `ns` that keeps the rules of the real one (`busConformance`), with its layout in place. */
export function memoryBus({ ns, clock }: { readonly ns: string; readonly clock: Clock }): MemoryBus {
  return connectTo(memoryStore(ns, clock));
}

function connectTo(store: MemoryStore): MemoryBus {
  const link = memoryLink();
  const { call } = link;
  const durables = durablesThrough(link, store);
  link.onConnection(() => store.change.notify());
  return {
    ns: store.ns,
    publish: (message) => call(() => store.append(message)),
    read: (name, options) => readMemory({ link, change: store.change, stream: store.stream(name) }, options),
    get: (name, seq) => call(() => store.stream(name).get(seq)),
    lastSeq: (name, subjects) => call(() => store.stream(name).lastOn(subjects)),
    erase: (name, seq) => call(() => store.stream(name).erase(seq)),
    consumer: (shape) => call(() => durables.open(shape)),
    removeConsumer: (name, consumer) => call(() => durables.remove(name, consumer)),
    pauseConsumer: (name, consumer, untilMs) => call(() => durables.pause(name, consumer, untilMs)),
    consumers: (name) => call(() => durables.list(name)),
    streams: () => call(() => store.streams().map((one) => one.status(durables.list(one.shape.name).length))),
    settle: (ackSubject, kind) => call(() => durables.settle(ackSubject, kind)),
    bucket: (name) => call(() => bucketThrough(link, store.bucket(name))),
    objects: (name) => call(() => objectsThrough(link, store.objects(name))),
    isConnected: link.isConnected,
    onConnection: link.onConnection,
    close: async () => link.close(),
    setConnected: link.set,
    join: () => connectTo(store),
  };
}
