import type { Msg } from "@nats-io/nats-core";
import type { Delivery, Incoming } from "../port.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import { fromMsgHdrs } from "./headers.ts";

/** What a delivery's reply subject says, in both forms that servers write. */
export interface AckSubject {
  /** Names on the server. */
  readonly stream: string;
  readonly consumer: string;
  readonly deliveries: number;
  readonly seq: number;
  readonly deliverySeq: number;
  readonly timeMs: number;
}

/** Reads an ack subject; throws `usage` for any other. */
export function parseAckSubject(subject: string): AckSubject {
  const tokens = subject.split(".");
  // $JS.ACK.<stream>.<consumer>… or $JS.ACK.<domain>.<account>.<stream>.<consumer>…
  const at = tokens.length === 9 ? 2 : 4;
  const [stream, consumer, deliveries, seq, deliverySeq, timeNs] = tokens.slice(at);
  if (tokens[0] !== "$JS" || tokens[1] !== "ACK" || timeNs === undefined) {
    throw new FleetError("usage", `settling "${subject}": that is no delivery's ack subject`);
  }
  return {
    stream: stream ?? "",
    consumer: consumer ?? "",
    deliveries: Number(deliveries),
    seq: Number(seq),
    deliverySeq: Number(deliverySeq),
    timeMs: Math.floor(Number(timeNs) / 1e6),
  };
}

/** A pulled message as it was stored. */
export function toIncoming(message: Msg, place: AckSubject): Incoming {
  return {
    subject: message.subject,
    seq: place.seq,
    time: place.timeMs,
    headers: fromMsgHdrs(message.headers),
    data: bytesOf(message.data),
  };
}

/** The same bytes, not copied, without the Buffer that the socket gave. */
export function bytesOf({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

/** How a delivery is answered. */
export type Answer = "ack" | "nak" | "working";

/** What tells one delivery of a stored message from another. */
export type OneDelivery = Pick<Delivery, "ackSubject" | "deliveries">;

/** A stored message that waits to be answered. */
export function toDelivery(
  { subject, seq, time, headers, data }: Incoming,
  { ackSubject, deliveries }: OneDelivery,
  settle: (answer: Answer, delayMs?: number) => Promise<void>,
): Delivery {
  return {
    subject,
    seq,
    time,
    headers,
    data,
    ackSubject,
    deliveries,
    ack: () => settle("ack"),
    nak: (delayMs) => settle("nak", delayMs),
    working: () => settle("working"),
  };
}
