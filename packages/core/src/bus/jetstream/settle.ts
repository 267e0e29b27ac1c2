import { FleetError } from "../../errors/fleet-error.ts";
import { parseAckSubject, type Answer } from "./delivery.ts";
import { apiCodes, isApiError, toBusError } from "./errors.ts";
import { giveUp, letGo, type Durables } from "./durable.ts";
import type { Link } from "./link.ts";

const nanos = 1_000_000;

/** What settling needs. */
export interface SettleContext {
  readonly link: Link;
  readonly durables: Durables;
}

/** One answer to one delivery. */
export interface Settlement {
  readonly ackSubject: string;
  readonly answer: Answer;
  readonly delayMs?: number;
}

/**
 * Sends the answer and waits for the server's word. Rejects with `unavailable`, or `not_found` when the consumer is
 * gone; what could not be given back comes with the next `reclaim`. A delivery that was settled before is settled.
 */
export async function settle({ link, durables }: SettleContext, settlement: Settlement): Promise<void> {
  const { ackSubject, answer } = settlement;
  const place = parseAckSubject(ackSubject);
  const doing = `settling message ${place.seq} of ${place.stream} for ${place.consumer}`;
  const send = () => link.nc.request(ackSubject, payloadOf(settlement), { timeout: link.timeoutMs });
  try {
    await link.call(doing, send);
  } catch (error) {
    if (answer === "nak") giveUp(durables.of(place), place.seq);
    throw await whyNot(link, toBusError(error, doing), place);
  }
  if (answer !== "working") letGo(durables.of(place), place.seq);
}

function payloadOf({ answer, delayMs }: Settlement): string {
  if (answer === "ack") return "+ACK";
  if (answer === "working") return "+WPI";
  return delayMs === undefined || delayMs <= 0
    ? "-NAK"
    : `-NAK ${JSON.stringify({ delay: delayMs * nanos })}`;
}

/** Nobody listens for the answers of a consumer that is gone: only asking tells that from a server that comes up. */
async function whyNot(
  link: Link,
  error: FleetError,
  at: { stream: string; consumer: string },
): Promise<FleetError> {
  if (error.code !== "unavailable" || !link.isConnected()) return error;
  try {
    await link.call("asking for the consumer", async () => {
      await link.jsm.consumers.info(at.stream, at.consumer);
    });
    return error;
  } catch (reason) {
    const cause = reason instanceof FleetError ? reason.cause : reason;
    const isGone = isApiError(cause, apiCodes.consumerNotFound) || isApiError(cause, apiCodes.streamNotFound);
    if (!isGone) return error;
    return new FleetError("not_found", `settling a delivery: consumer ${at.consumer} is gone`, {
      cause: reason,
    });
  }
}
