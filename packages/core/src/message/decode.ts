import { z } from "zod";
import { isSameAddress } from "../names/address.ts";
import { decodeEnvelope } from "../event/decode-envelope.ts";
import type { Envelope } from "../event/envelope.ts";
import { parseOrRefuse, reading, refuse, requireSource, timeOf, type Readable } from "../event/refuse.ts";
import { subjectsOf, type ParsedSubject } from "../subjects/grammar.ts";
import { kindSchema, messageSchema, type Message } from "./message.ts";

type MessageSubject = Extract<ParsedSubject, { readonly type: "inbox" | "cast" }>;

const looseMessageSchema = messageSchema.loose();
const dataSchema = z.record(z.string(), z.unknown());
const typePrefix = "fleet.message.";

/**
 * The message in a stored message from an inbox or cast subject. Throws `malformed`, and nothing else, for any other
 * subject, a source, recipient or group that differs from the subject, and a shape that is no message. Fields of `data`
 * that this version does not know survive. Without `fleethop` it is the first of its chain, without `fleetthread` of
 * its thread; an origin must be named.
 */
export function decodeMessage(ns: string, incoming: Readable): Message {
  return reading(incoming, () => {
    const subject = subjectsOf(ns).parse(incoming.subject);
    if (subject.type !== "inbox" && subject.type !== "cast") return refuse("it is no message");
    const envelope = decodeEnvelope(incoming);
    requireSource(ns, envelope, subject.from);
    const message = parseOrRefuse(
      looseMessageSchema,
      candidate(envelope, subject, timeOf(envelope, incoming)),
    );
    requireTarget(message, subject);
    return message;
  });
}

/**
 * Whether two messages of one sender, target and id say the same. What a second attempt sets anew is left out: time,
 * deadline, hop and thread. For a duplicate acknowledgement: the same `--id` with another body is a conflict (DESIGN §3).
 */
export function isSameMessage(a: Message, b: Message): boolean {
  return textOf(a) === textOf(b);
}

function candidate(
  envelope: Envelope,
  subject: MessageSubject,
  time: string,
): Readonly<Record<string, unknown>> {
  if (!envelope.type.startsWith(typePrefix)) refuse(`its type is ${envelope.type}, not ${typePrefix}<kind>`);
  const { fleetorigin, fleethop = "0", fleetthread, fleetreplyto } = envelope.extensions;
  return {
    ...(subject.type === "inbox" ? { to: subject.to } : { group: subject.group }),
    ...parseOrRefuse(dataSchema, envelope.data),
    id: envelope.id,
    from: subject.from,
    time,
    kind: parseOrRefuse(kindSchema, envelope.type.slice(typePrefix.length)),
    origin: fleetorigin,
    hop: /^\d{1,9}$/.test(fleethop) ? Number(fleethop) : refuse(`its fleethop is ${fleethop}, not a number`),
    thread: fleetthread ?? envelope.id,
    ...(fleetreplyto === undefined ? {} : { replyTo: fleetreplyto }),
  };
}

function requireTarget(message: Message, subject: MessageSubject): void {
  if (subject.type === "cast") {
    if (message.group !== subject.group)
      refuse(`its group is ${message.group}, its subject says ${subject.group}`);
  } else {
    if (message.group !== undefined) refuse(`it names group ${message.group} on an inbox subject`);
    if (!isSameAddress(message.to, subject.to)) refuse("its recipient is not the one its subject names");
  }
}

function textOf(m: Message): string {
  const { kind, type, priority, mode, subject = "", body, replyTo = "", origin } = m;
  return JSON.stringify([
    m.id,
    m.from,
    m.group ?? m.to,
    kind,
    type,
    priority,
    mode,
    subject,
    body,
    replyTo,
    origin,
  ]);
}
