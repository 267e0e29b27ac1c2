import type { ConsumerShape, StreamName } from "../../bus/layout.ts";
import type { Consumer, ConsumerStatus, Delivery } from "../../bus/port.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import {
  answer,
  consumerStatus,
  isGone,
  memoryConsumer,
  nextDue,
  parseAckSubject,
  take,
  toDelivery,
  type Answer,
  type MemoryConsumer,
} from "./consumer.ts";
import type { MemoryLink } from "./link.ts";
import type { MemoryStore } from "./store.ts";

/** The durable consumers as one connection uses them. */
export interface Durables {
  open(shape: ConsumerShape): Consumer;
  remove(stream: StreamName, name: string): boolean;
  pause(stream: StreamName, name: string, untilMs: number | undefined): void;
  list(stream?: StreamName): readonly ConsumerStatus[];
  settle(ackSubject: string, kind: Answer, delayMs?: number): void;
}

interface Parts {
  readonly store: MemoryStore;
  readonly link: MemoryLink;
  /** By consumer; gone when this connection removes it. */
  readonly held: Map<string, Mine>;
}

/** What one connection was delivered of one consumer. */
interface Mine {
  /** And did not settle. */
  readonly seqs: Set<number>;
  /** Of these, what could not be given back. */
  readonly givenUp: Set<number>;
  highest: number;
}

/** The durable consumers of a store through one connection. */
export function durablesThrough(link: MemoryLink, store: MemoryStore): Durables {
  const parts: Parts = { store, link, held: new Map() };
  return {
    open: (shape) => open(parts, shape),
    remove: (stream, name) => {
      parts.held.delete(idOf(stream, name));
      store.change.notify();
      return store.consumers.delete(idOf(stream, name));
    },
    pause: (stream, name, untilMs) => {
      find(store, idOf(stream, name)).pausedUntil = untilMs ?? 0;
      store.change.notify();
    },
    list: (stream) =>
      [...standing(store).values()]
        .filter(({ shape }) => stream === undefined || shape.stream === stream)
        .map((consumer) => consumerStatus(consumer, store.stream(consumer.shape.stream), store.clock)),
    settle: (ackSubject, kind, delayMs) => settle(parts, { ackSubject, kind, delayMs: delayMs ?? 0 }),
  };
}

function open(parts: Parts, shape: ConsumerShape): Consumer {
  const { store, link, held } = parts;
  const id = idOf(shape.stream, shape.name);
  const { cursor } = provide(store, shape);
  const mine = held.get(id) ?? { seqs: new Set(), givenUp: new Set(), highest: cursor - 1 };
  held.set(id, mine);
  return {
    fetch: (options) => fetch(parts, id, options),
    consume: (signal) => consume(parts, shape, AbortSignal.any([signal, link.closed])),
    reclaim: () =>
      link.call(() => {
        const isStray = (seq: number) => !mine.seqs.has(seq) || mine.givenUp.has(seq);
        const strays = [...find(store, id).pending].filter(([seq]) => isStray(seq));
        for (const [, pending] of strays) pending.dueAt = store.clock.now();
        for (const [seq] of strays) letGo(mine, seq);
        store.change.notify();
        return strays.length;
      }),
  };
}

function provide(store: MemoryStore, shape: ConsumerShape): MemoryConsumer {
  const id = idOf(shape.stream, shape.name);
  const known = standing(store).get(id);
  const consumer = known ?? memoryConsumer(shape, store.stream(shape.stream), store.clock.now());
  consumer.shape = shape;
  store.consumers.set(id, consumer);
  store.change.notify();
  return consumer;
}

async function fetch(
  parts: Parts,
  id: string,
  options: Parameters<Consumer["fetch"]>[0],
): Promise<readonly Delivery[]> {
  const { store, link } = parts;
  const over = AbortSignal.any([link.closed, ...(options.signal === undefined ? [] : [options.signal])]);
  const endAt = store.clock.monotonic() + options.waitMs;
  while (!over.aborted) {
    link.guard();
    const got = deliver(parts, id, options.max);
    const left = endAt - store.clock.monotonic();
    if (got.length > 0 || left <= 0) return got;
    // Nothing is awaited between looking and waiting: a change in between would be missed.
    await waiting(parts, id, store.change.wait(Math.min(left, waitMs(parts, id) ?? left), over));
  }
  return [];
}

async function* consume(parts: Parts, shape: ConsumerShape, signal: AbortSignal): AsyncGenerator<Delivery> {
  const { store, link, held } = parts;
  const id = idOf(shape.stream, shape.name);
  const mine = held.get(id);
  while (!signal.aborted && mine !== undefined && held.get(id) === mine) {
    if (!standing(store).has(id)) resume(provide(store, shape), mine);
    const [next] = link.isConnected() ? deliver(parts, id, 1) : [];
    if (next === undefined) await waiting(parts, id, store.change.wait(waitMs(parts, id), signal));
    else yield next;
  }
}

/** Somebody else removed it: made again, it begins with what is not settled here. */
function resume(consumer: MemoryConsumer, mine: Mine): void {
  consumer.cursor = Math.min(mine.highest + 1, ...mine.seqs);
}

function deliver(parts: Parts, id: string, max: number): readonly Delivery[] {
  const { store, link, held } = parts;
  const consumer = find(store, id);
  consumer.idleSince = store.clock.now();
  const taken = take(consumer, store.stream(consumer.shape.stream), { max, now: store.clock.now() });
  return taken.map((one) => {
    note(held.get(id), one.seq);
    const { ackSubject } = one;
    return toDelivery(one, async (kind, delayMs = 0) => {
      if (kind === "nak" && !link.isConnected()) held.get(id)?.givenUp.add(one.seq);
      await link.call(() => settle(parts, { ackSubject, kind, delayMs }));
    });
  });
}

function note(mine: Mine | undefined, seq: number): void {
  if (mine === undefined) return;
  mine.seqs.add(seq);
  mine.givenUp.delete(seq);
  mine.highest = Math.max(mine.highest, seq);
}

function letGo(mine: Mine | undefined, seq: number): void {
  mine?.seqs.delete(seq);
  mine?.givenUp.delete(seq);
}

function settle(parts: Parts, settlement: { ackSubject: string; kind: Answer; delayMs: number }): void {
  const { store, held } = parts;
  const { ackSubject, kind, delayMs } = settlement;
  const { stream, name, seq } = parseAckSubject(ackSubject) ?? notAnAck(ackSubject);
  const consumer = find(store, idOf(stream, name));
  const wait = kind === "working" ? consumer.shape.ackWaitMs : delayMs;
  answer(consumer, seq, { kind, dueAt: store.clock.now() + wait });
  if (kind !== "working") letGo(held.get(idOf(stream, name)), seq);
  store.change.notify();
}

/** Until something is due by itself; undefined when only a change can bring it. */
function waitMs({ store, link }: Parts, id: string): number | undefined {
  const consumer = link.isConnected() ? store.consumers.get(id) : undefined;
  const due = consumer === undefined ? undefined : nextDue(consumer);
  return due === undefined ? undefined : Math.max(0, due - store.clock.now());
}

/** The consumers that the server has not removed by itself meanwhile. */
function standing(store: MemoryStore): MemoryStore["consumers"] {
  for (const [id, consumer] of store.consumers)
    if (isGone(consumer, store.clock.now())) store.consumers.delete(id);
  return store.consumers;
}

/** Waits as somebody who pulls. */
async function waiting({ store }: Parts, id: string, change: Promise<void>): Promise<void> {
  const consumer = store.consumers.get(id);
  if (consumer === undefined) return change;
  consumer.pulls += 1;
  await change.finally(() => {
    consumer.pulls -= 1;
    consumer.idleSince = store.clock.now();
  });
}

function idOf(stream: string, name: string): string {
  return `${stream}.${name}`;
}

function find(store: MemoryStore, id: string): MemoryConsumer {
  const found = standing(store).get(id);
  if (found !== undefined) return found;
  throw new FleetError("not_found", `using consumer ${id}: there is none`);
}

function notAnAck(ackSubject: string): never {
  throw new FleetError("usage", `settling "${ackSubject}": that is no delivery's ack subject`);
}
