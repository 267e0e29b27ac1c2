import type { Outgoing, Stored } from "../port.ts";
import { toMsgHdrs } from "./headers.ts";
import type { Link } from "./link.ts";
import { requireStreamName } from "./names.ts";

/** Stores one message: one request, one answer, nothing asked before. */
export function publish(link: Link, ns: string, message: Outgoing): Promise<Stored> {
  return link.call(`publishing on ${message.subject}`, async () => {
    const headers = toMsgHdrs(headersOf(message));
    const ack = await link.js.publish(message.subject, message.data, { headers, timeout: link.timeoutMs });
    return { stream: requireStreamName(ns, ack.stream), seq: ack.seq, isDuplicate: ack.duplicate };
  });
}

function headersOf(message: Outgoing): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { ...message.headers, "Nats-Msg-Id": message.dedupeId };
  if (message.ttlMs !== undefined) headers["Nats-TTL"] = `${Math.max(1, Math.ceil(message.ttlMs / 1000))}s`;
  return headers;
}
