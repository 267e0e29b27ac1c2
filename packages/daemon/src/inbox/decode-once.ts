import type { Message } from "@fleetbus/core";
import type { Delivery } from "@fleetbus/core/bus";

interface Decoded {
  readonly message: Message;
  readonly seq: number;
  readonly time: number;
}

/**
 * Decodes a broadcast once for all the mailboxes that it comes to: the bus gives them the same bytes. What is decoded is
 * kept for as long as somebody holds those.
 */
export function decodeOnce(decode: (delivery: Delivery) => Message): (delivery: Delivery) => Message {
  const known = new WeakMap<Uint8Array, Decoded>();
  return (delivery) => {
    const { seq, time, data } = delivery;
    const before = known.get(data);
    if (before?.seq === seq && before.time === time) return before.message;
    const message = decode(delivery);
    if (message.group !== undefined) known.set(data, { message, seq, time });
    return message;
  };
}
