import {
  decodeEvent,
  decodeMessage,
  decodeReceipt,
  encodeEvent,
  encodeMessage,
  encodeReceipt,
} from "@fleetbus/core";
import type { Codec } from "./edge.ts";

/** The wire format of one namespace. */
export function codecOf(ns: string): Codec {
  return {
    encodeEvent: (event) => encodeEvent(ns, event),
    decodeEvent: (incoming) => decodeEvent(ns, incoming),
    encodeMessage: (message) => encodeMessage(ns, message),
    decodeMessage: (incoming) => decodeMessage(ns, incoming),
    encodeReceipt: (receipt) => encodeReceipt(ns, receipt),
    decodeReceipt: (incoming) => decodeReceipt(ns, incoming),
  };
}
