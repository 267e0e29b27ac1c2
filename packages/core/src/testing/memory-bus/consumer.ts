import type { ConsumerShape } from "../../bus/layout.ts";
import type { ConsumerStatus, Delivery, Incoming } from "../../bus/port.ts";
import type { Clock } from "../../clock.ts";
import type { MemoryStream } from "./stream.ts";

/** One durable consumer in memory: what the server knows of it. */
export interface MemoryConsumer {
  shape: ConsumerShape;
  pausedUntil: number;
  /** The next stream sequence to look at. */
  cursor: number;
  deliverySeq: number;
  readonly pending: Map<number, Pending>;
  /** Who pulls now, and when the last one stopped. */
  pulls: number;
  idleSince: number;
}

interface Pending {
  deliveries: number;
  /** When it is delivered again, by the clock. */
  dueAt: number;
}

/** How a delivery is answered. */
export type Answer = "ack" | "nak" | "working";

/** A consumer that begins where its shape says. */
export function memoryConsumer(shape: ConsumerShape, stream: MemoryStream, now: number): MemoryConsumer {
  const cursor = startOf(shape, stream);
  return { shape, pausedUntil: 0, cursor, deliverySeq: 0, pending: new Map(), pulls: 0, idleSince: now };
}

/** Whether nobody has pulled for as long as its shape allows. */
export function isGone({ shape, pulls, idleSince }: MemoryConsumer, now: number): boolean {
  return pulls === 0 && shape.goneAfterMs !== undefined && now - idleSince >= shape.goneAfterMs;
}

/** Up to `max` messages that are due now: those to deliver again first, then new ones up to the limit of unacknowledged ones. */
export function take(
  consumer: MemoryConsumer,
  stream: MemoryStream,
  ask: { max: number; now: number },
): readonly Taken[] {
  const taken: Taken[] = [];
  if (consumer.pausedUntil > ask.now) return taken;
  for (const seq of [...consumer.pending.keys()].sort((a, b) => a - b)) {
    if (taken.length < ask.max) again(consumer, stream, { seq, now: ask.now, taken });
  }
  while (taken.length < ask.max && consumer.pending.size < consumer.shape.maxAckPending) {
    const message = stream.next(consumer.cursor, consumer.shape.subjects);
    if (message === undefined) break;
    consumer.cursor = message.seq + 1;
    consumer.pending.set(message.seq, { deliveries: 0, dueAt: 0 });
    taken.push(deliver(consumer, message, ask.now));
  }
  return taken;
}

/** A message and what its delivery adds. */
export interface Taken extends Incoming {
  readonly ackSubject: string;
  readonly deliveries: number;
}

/** Answers one delivery; for one that is not pending any more, nothing happens. */
export function answer(consumer: MemoryConsumer, seq: number, how: { kind: Answer; dueAt: number }): void {
  const pending = consumer.pending.get(seq);
  if (pending === undefined) return;
  if (how.kind === "ack") consumer.pending.delete(seq);
  else pending.dueAt = how.dueAt;
}

/** When the next unacknowledged message is due, or undefined. */
export function nextDue(consumer: MemoryConsumer): number | undefined {
  const dues = [...consumer.pending.values()].map((pending) => pending.dueAt);
  return dues.length === 0 ? undefined : Math.max(Math.min(...dues), consumer.pausedUntil);
}

/** `$JS.ACK.<stream>.<consumer>.<deliveries>.<seq>…`, the server's own form. */
export function parseAckSubject(
  ackSubject: string,
): { stream: string; name: string; seq: number } | undefined {
  const [js, ack, stream = "", name = "", , seq] = ackSubject.split(".");
  return js === "$JS" && ack === "ACK" && seq !== undefined ? { stream, name, seq: Number(seq) } : undefined;
}

/** The numbers of a consumer. */
export function consumerStatus(consumer: MemoryConsumer, stream: MemoryStream, clock: Clock): ConsumerStatus {
  const { shape, pending } = consumer;
  const lowest = Math.min(...pending.keys(), consumer.cursor);
  return {
    stream: shape.stream,
    name: shape.name,
    subjects: shape.subjects,
    pending: stream.count(consumer.cursor, shape.subjects),
    ackPending: pending.size,
    redelivered: [...pending.values()].filter((one) => one.deliveries > 1).length,
    lastDelivered: consumer.cursor - 1,
    ackFloor: lowest - 1,
    isPaused: consumer.pausedUntil > clock.now(),
    ...(shape.goneAfterMs === undefined ? {} : { goneAfterMs: shape.goneAfterMs }),
  };
}

/** A delivery's methods, bound to the bus that answers it. */
export function toDelivery(
  taken: Taken,
  settle: (kind: Answer, delayMs?: number) => Promise<void>,
): Delivery {
  return {
    ...taken,
    ack: () => settle("ack"),
    nak: (delayMs) => settle("nak", delayMs),
    working: () => settle("working"),
  };
}

function startOf(shape: ConsumerShape, stream: MemoryStream): number {
  if (shape.from === "all") return 1;
  return shape.from === "new" ? stream.lastSeq() + 1 : shape.from.seq;
}

function again(
  consumer: MemoryConsumer,
  stream: MemoryStream,
  ask: { seq: number; now: number; taken: Taken[] },
): void {
  const pending = consumer.pending.get(ask.seq);
  if (pending === undefined || pending.dueAt > ask.now) return;
  const message = stream.get(ask.seq);
  const { maxDeliver } = consumer.shape;
  if (message === undefined || (maxDeliver >= 0 && pending.deliveries >= maxDeliver)) {
    consumer.pending.delete(ask.seq);
  } else {
    ask.taken.push(deliver(consumer, message, ask.now));
  }
}

function deliver(consumer: MemoryConsumer, message: Incoming, now: number): Taken {
  const pending = consumer.pending.get(message.seq) ?? { deliveries: 0, dueAt: 0 };
  pending.deliveries += 1;
  pending.dueAt = now + consumer.shape.ackWaitMs;
  consumer.deliverySeq += 1;
  const { stream, name } = consumer.shape;
  const place = `${pending.deliveries}.${message.seq}.${consumer.deliverySeq}.${message.time * 1e6}.0`;
  return { ...message, deliveries: pending.deliveries, ackSubject: `$JS.ACK.${stream}.${name}.${place}` };
}
