import { createHash } from "node:crypto";
import type { Outgoing } from "../bus/port.ts";
import { encodeEnvelope, sourceOf } from "../event/envelope.ts";
import { subjectsOf } from "../subjects/grammar.ts";
import type { Message } from "./message.ts";

const day = 24 * 60 * 60 * 1000;

/**
 * A message ready to publish: on its recipient's inbox, or on its group's subject where it names one. The attributes
 * `fleetorigin fleethop fleetthread fleetreplyto` are headers, the rest (also fields of a newer version) is data.
 * The server forgets it a day after its deadline (DESIGN §3: garbage collection only).
 */
export function encodeMessage(ns: string, message: Message): Outgoing {
  const { id, from, time, kind, origin, hop, thread, replyTo, ...data } = message;
  const subjects = subjectsOf(ns);
  return {
    subject: data.group === undefined ? subjects.inbox(data.to, from) : subjects.cast(data.group, from),
    ...encodeEnvelope({
      id,
      source: sourceOf(ns, from),
      type: `fleet.message.${kind}`,
      time,
      datacontenttype: "application/json",
      extensions: {
        fleetorigin: origin,
        fleethop: String(hop),
        fleetthread: thread,
        ...(replyTo === undefined ? {} : { fleetreplyto: replyTo }),
      },
      data,
    }),
    dedupeId: messageDedupeId(message),
    ...ttlOf(message),
  };
}

/** The same id to two targets is two messages: a hash of sender, target and id (NATS.md, decision 12). */
export function messageDedupeId(message: Pick<Message, "from" | "to" | "group" | "id">): string {
  const { from, to, group } = message;
  const target = group === undefined ? `${to.machine}/${to.session}` : group;
  return dedupeHash([`${from.machine}/${from.session}`, target, message.id]);
}

/** 32 hex digits of SHA-256 over the parts, which hold no line feed. */
export function dedupeHash(parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}

/** None where the stream's own 14 days end first. */
function ttlOf(message: Message): { readonly ttlMs?: number } {
  if (message.expiresAt === undefined) return {};
  const ttlMs = Date.parse(message.expiresAt) - Date.parse(message.time) + day;
  return ttlMs < 14 * day ? { ttlMs: Math.max(ttlMs, 1000) } : {};
}
