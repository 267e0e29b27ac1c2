import type { ConsumerShape, StreamName } from "../../bus/layout.ts";
import type { Consumer, ConsumerStatus, Delivery } from "../../bus/port.ts";
import type { Clock } from "../../clock.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { Change } from "./change.ts";
import {
  ackWait,
  answer,
  consumerStatus,
  memoryConsumer,
  nextDue,
  parseAckSubject,
  take,
  toDelivery,
  type Answer,
  type MemoryConsumer,
} from "./consumer.ts";
import type { MemoryStream } from "./stream.ts";

/** What the durable consumers need of their bus. */
export interface DurablesContext {
  readonly clock: Clock;
  readonly change: Change;
  readonly guard: () => void;
  readonly isConnected: () => boolean;
  readonly closed: AbortSignal;
  stream(name: StreamName): MemoryStream;
}

/** The durable consumers of a memory bus. */
export interface Durables {
  open(shape: ConsumerShape): Consumer;
  remove(stream: StreamName, name: string): boolean;
  pause(stream: StreamName, name: string, untilMs: number | undefined): void;
  list(stream?: StreamName): readonly ConsumerStatus[];
  settle(ackSubject: string, kind: Answer, delayMs?: number): void;
}

/** No durable consumers yet. */
export function memoryDurables(context: DurablesContext): Durables {
  const all = new Map<string, MemoryConsumer>();
  const found = (stream: string, name: string) => all.get(idOf(stream, name)) ?? missing(stream, name);
  const durables: Durables = {
    open: (shape) => {
      const known = all.get(idOf(shape.stream, shape.name));
      if (known === undefined)
        all.set(idOf(shape.stream, shape.name), memoryConsumer(shape, context.stream(shape.stream)));
      else known.shape = shape;
      context.change.notify();
      return consumerOf(context, durables, () => found(shape.stream, shape.name));
    },
    remove: (stream, name) => {
      context.change.notify();
      return all.delete(idOf(stream, name));
    },
    pause: (stream, name, untilMs) => {
      found(stream, name).pausedUntil = untilMs ?? 0;
      context.change.notify();
    },
    list: (stream) =>
      [...all.values()]
        .filter((consumer) => stream === undefined || consumer.shape.stream === stream)
        .map((consumer) => consumerStatus(consumer, context.stream(consumer.shape.stream), context.clock)),
    settle: (ackSubject, kind, delayMs = 0) => {
      const { stream, name, seq } = parseAckSubject(ackSubject) ?? notAnAck(ackSubject);
      const consumer = found(stream, name);
      const deliveries = consumer.pending.get(seq)?.deliveries ?? 1;
      const waitMs = kind === "working" ? ackWait(consumer.shape, deliveries) : delayMs;
      answer(consumer, seq, { kind, dueAt: context.clock.now() + waitMs });
      context.change.notify();
    },
  };
  return durables;
}

function consumerOf(context: DurablesContext, durables: Durables, find: () => MemoryConsumer): Consumer {
  const settleBy = (ackSubject: string) => async (kind: Answer, delayMs?: number) => {
    context.guard();
    durables.settle(ackSubject, kind, delayMs);
  };
  const deliveries = (max: number): readonly Delivery[] => {
    context.guard();
    const consumer = find();
    const taken = take(consumer, context.stream(consumer.shape.stream), { max, now: context.clock.now() });
    return taken.map((one) => toDelivery(one, settleBy(one.ackSubject)));
  };
  const waitMs = () => {
    const due = context.isConnected() ? nextDue(find()) : undefined;
    return due === undefined ? undefined : Math.max(0, due - context.clock.now());
  };
  return {
    fetch: async ({ max, waitMs: patienceMs, signal }) => {
      const over = AbortSignal.any([context.closed, ...(signal === undefined ? [] : [signal])]);
      const endAt = context.clock.monotonic() + patienceMs;
      for (;;) {
        const got = over.aborted ? [] : deliveries(max);
        const left = endAt - context.clock.monotonic();
        if (got.length > 0 || left <= 0 || over.aborted) return got;
        await context.change.wait(Math.min(left, waitMs() ?? left), over);
      }
    },
    consume: (signal) =>
      consumeFrom({ signal: AbortSignal.any([signal, context.closed]), context, find, deliveries, waitMs }),
  };
}

interface Consuming {
  readonly signal: AbortSignal;
  readonly context: DurablesContext;
  find(): MemoryConsumer;
  deliveries(max: number): readonly Delivery[];
  waitMs(): number | undefined;
}

async function* consumeFrom({
  signal,
  context,
  find,
  deliveries,
  waitMs,
}: Consuming): AsyncGenerator<Delivery> {
  const mine = find();
  const isMine = () => isThere(find) && find() === mine;
  while (!signal.aborted && isMine()) {
    const [next] = context.isConnected() ? deliveries(1) : [];
    if (next === undefined) await context.change.wait(waitMs(), signal);
    else yield next;
  }
}

function isThere(find: () => MemoryConsumer): boolean {
  try {
    find();
    return true;
  } catch {
    // Removed while it was consumed: there is nothing more to come.
    return false;
  }
}

function idOf(stream: string, name: string): string {
  return `${stream}.${name}`;
}

function missing(stream: string, name: string): never {
  throw new FleetError("not_found", `using consumer ${name} of ${stream}: there is none`);
}

function notAnAck(ackSubject: string): never {
  throw new FleetError("usage", `settling "${ackSubject}": that is no delivery's ack subject`);
}
