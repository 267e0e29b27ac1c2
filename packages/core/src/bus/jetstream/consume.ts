import type { Msg } from "@nats-io/nats-core";
import type { Clock } from "../../clock.ts";
import type { Delivery } from "../port.ts";
import type { ConsumerShape } from "../layout.ts";
import { backoff, type Backoff } from "./backoff.ts";
import { channel, type Channel } from "./channel.ts";
import { durableName, ensureConsumer } from "./consumer.ts";
import { resumeSeq, type Durable } from "./durable.ts";
import { toBusError } from "./errors.ts";
import type { Link } from "./link.ts";
import { giveBack, openPull, waitingMs, type PullEnd } from "./pull.ts";

/** What consuming works on. */
export interface Consuming {
  readonly link: Link;
  readonly ns: string;
  readonly shape: ConsumerShape;
  readonly durable: Durable;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  toDelivery(message: Msg): Delivery;
  /** Brings back what is pending at the server and not held here. */
  reclaim(): Promise<unknown>;
}

/** Few enough that another process need not wait long for what this one does not get to. */
const batch = 64;

/**
 * One batch after the other, the next one when the last is taken: what is not taken is never held. Goes on after a lost
 * connection, and makes the consumer again where it is gone, behind the last message that is settled.
 */
export async function* consumeFrom(consuming: Consuming): AsyncGenerator<Delivery> {
  const signal = AbortSignal.any([consuming.signal, consuming.link.closed]);
  const waits = backoff(consuming.clock);
  while (!signal.aborted && !consuming.durable.isRemoved) {
    const end = yield* consumeBatch({ ...consuming, signal });
    if (end === "full" || end === "empty") waits.reset();
    else await recover({ ...consuming, signal }, { end, waits });
  }
}

async function* consumeBatch(consuming: Consuming): AsyncGenerator<Delivery, PullEnd> {
  const { link, ns, shape, signal } = consuming;
  const messages = channel<Msg>();
  const keeper = keepAlive(link, messages, shape.ackWaitMs / 3);
  const open = openPull(link, {
    ...durableName(ns, shape),
    batch: Math.min(batch, shape.maxAckPending),
    expiresMs: waitingMs(consuming.clock.monotonic()),
    signal,
    onMessage: (message) => {
      messages.push(message);
      keeper.wake();
    },
  });
  const ended = open.ended.finally(messages.end);
  ended.catch(() => undefined); // awaited below, unless the reader stops before
  try {
    yield* takeAll(consuming, messages);
  } finally {
    keeper.stop();
    open.cancel();
    for (const message of messages.rest()) giveBack(link, message);
  }
  return await ended;
}

/**
 * Sees to it that what waits for its turn here is not delivered again; with a back-off that would be within a second.
 * Runs only while something waits.
 */
function keepAlive(link: Link, messages: Channel<Msg>, everyMs: number) {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const tick = () => {
    const waiting = messages.waiting();
    if (waiting.length === 0) return stop();
    for (const { reply } of waiting) if (reply && link.isConnected()) link.nc.publish(reply, "+WPI");
  };
  return { stop, wake: () => void (timer ??= setInterval(tick, everyMs)) };
}

async function* takeAll({ signal, toDelivery }: Consuming, messages: Channel<Msg>): AsyncGenerator<Delivery> {
  while (!signal.aborted) {
    const message = await messages.next();
    if (message === undefined) return;
    yield toDelivery(message);
  }
}

/** Never rejects: what goes wrong is reported, and tried again. */
async function recover(
  consuming: Consuming,
  { end, waits }: { end: PullEnd; waits: Backoff },
): Promise<void> {
  const { link, ns, shape, durable, signal } = consuming;
  if (signal.aborted || durable.isRemoved) return;
  await waits.wait(signal);
  await link.whenConnected(signal);
  if (signal.aborted) return;
  try {
    if (end === "gone") await ensureConsumer(link, { ns, shape }, resumeSeq(durable));
    else await consuming.reclaim();
  } catch (error) {
    link.report(toBusError(error, `consuming ${shape.name} of ${shape.stream}`));
  }
}
