import type { Msg } from "@nats-io/nats-core";
import type { Incoming } from "../port.ts";
import { toIncoming, type AckSubject } from "./delivery.ts";

/** What was delivered lately: a broadcast is stored once and delivered to a thousand consumers. */
export interface Recent {
  /** The stored message; the same object for the next consumer. */
  of(message: Msg, place: AckSubject): Incoming;
}

const maxKept = 128;
/** What is larger is not copied out of the connection's buffer, nor kept for others. */
const maxBytes = 16 * 1024;

/** Nothing yet. */
export function nothingRecent(): Recent {
  const kept = new Map<string, Incoming>();
  return {
    of: (message, place) => {
      const key = `${place.stream} ${place.seq} ${place.timeMs}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const made = toIncoming(message, place);
      if (made.data.length > maxBytes) return made;
      // A view would hold the whole buffer of the connection for as long as the message is held.
      const own = { ...made, data: made.data.slice() };
      kept.set(key, own);
      const [oldest] = kept.keys();
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
      return own;
    },
  };
}
