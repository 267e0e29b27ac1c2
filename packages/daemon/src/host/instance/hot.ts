import {
  bareNotice,
  timeLimit,
  toFleetError,
  type FleetError,
  type FleetEvent,
  type SendReceipt,
  type Sink,
} from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";

const retryBackoffMs = [1000, 2000, 5000, 10_000, 30_000, 60_000];
const maxTries = 10;
const workingEveryMs = 20_000;

/** What handling wakes needs. */
export interface HotDeps {
  readonly timeoutMs: number;
  sink(): Sink;
  decode(delivery: Delivery): FleetEvent;
  bury(delivery: Delivery, reason: string): Promise<void>;
  onResult(event: FleetEvent, result: SendReceipt | FleetError): void;
  onFailed(error: unknown): void;
}

/**
 * The short way of wakes: nothing stands between the server and the sink, for their time is budgeted (DESIGN §12), and
 * they are no effects that have to be kept: what is late is dropped by the sink, and a nonce works once. Never rejects.
 */
export async function takeHot(deps: HotDeps, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => void delivery.working().catch(() => undefined), workingEveryMs); // redelivered at worst
  try {
    await send(deps, delivery, signal);
  } catch (error) {
    await refuse(deps, delivery, error).catch((again: unknown) => deps.onFailed(again));
  } finally {
    clearInterval(keepAlive);
  }
}

async function send(deps: HotDeps, delivery: Delivery, signal: AbortSignal): Promise<void> {
  const event = deps.decode(delivery);
  try {
    const limit = AbortSignal.any([signal, timeLimit(deps.timeoutMs)]);
    const sink = deps.sink();
    deps.onResult(event, await sink.send(event, limit, bareNotice(event)));
    await delivery.ack();
  } catch (error) {
    if (signal.aborted) return delivery.nak();
    deps.onResult(event, toFleetError(error));
    throw error;
  }
}

async function refuse(deps: HotDeps, delivery: Delivery, thrown: unknown): Promise<void> {
  const error = toFleetError(thrown);
  deps.onFailed(error);
  if (error.isRetryable && delivery.deliveries < maxTries)
    return delivery.nak(retryBackoffMs[Math.min(delivery.deliveries, retryBackoffMs.length) - 1]);
  await deps.bury(delivery, error.message);
  await delivery.ack();
}
