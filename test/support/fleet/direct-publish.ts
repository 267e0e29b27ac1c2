import { encodeMessage, type Address, type Message } from "@fleetbus/core";
import { headers as newHeaders, type NatsConnection } from "nats";

/** A message that goes straight to the server, so that the time of its acknowledgement is known. */
export interface DirectMessage {
  readonly id: string;
  readonly from: Address;
  readonly to: Address;
  readonly body: string;
}

/** Publishes it; resolves with the time of the PubAck by `performance.now()`. */
export async function publishDirectly(connection: NatsConnection, said: DirectMessage): Promise<number> {
  const { subject, headers, data, dedupeId } = encodeMessage("main", messageOf(said));
  const all = newHeaders();
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  await connection.jetstream().publish(subject, data, { headers: all, msgID: dedupeId });
  return performance.now();
}

function messageOf({ id, from, to, body }: DirectMessage): Message {
  const what = {
    kind: "request",
    type: "message",
    priority: "normal",
    mode: "turn",
    origin: "agent",
  } as const;
  return { id, from, to, body, ...what, time: new Date().toISOString(), hop: 0, thread: id };
}
