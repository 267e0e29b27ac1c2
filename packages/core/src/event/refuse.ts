import type { z } from "zod";
import type { Incoming } from "../bus/port.ts";
import { FleetError, toFleetError } from "../errors/fleet-error.ts";
import type { Address } from "../names/address.ts";
import { sourceOf, type Envelope } from "./envelope.ts";

/** What can be read from the bus: a stored message, or one that has no place in a stream yet. */
export type Readable = Pick<Incoming, "subject" | "headers" | "data"> &
  Partial<Pick<Incoming, "seq" | "time">>;

/** Runs a decoder; whatever it throws leaves as `malformed` that names the subject and the place in the stream. */
export function reading<T>(incoming: Readable, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const place = incoming.seq === undefined ? incoming.subject : `${incoming.subject} at ${incoming.seq}`;
    throw new FleetError("malformed", `reading ${place}: ${toFleetError(cause).message}`, { cause });
  }
}

/** Throws `malformed` with this reason. */
export function refuse(reason: string): never {
  throw new FleetError("malformed", reason);
}

/** The sender that a subject names must be the sender that the envelope names (DESIGN §3; NATS.md, decision 6). */
export function requireSource(ns: string, envelope: Envelope, from: Address): void {
  const source = sourceOf(ns, from);
  if (envelope.source !== source) refuse(`its source is ${envelope.source}, its subject says ${source}`);
}

/** The parsed value, or `malformed` with each field that is wrong. */
export function parseOrRefuse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join(".") || "data"}: ${issue.message}`);
  return refuse(problems.join("; "));
}

/** When it happened: by the envelope, else by the server that stored it. */
export function timeOf(envelope: Envelope, incoming: Readable): string {
  if (envelope.time === undefined) {
    return incoming.time === undefined
      ? refuse("header ce-time is missing")
      : new Date(incoming.time).toISOString();
  }
  if (!rfc3339.test(envelope.time)) refuse(`its time ${envelope.time} is not RFC 3339`);
  return envelope.time;
}

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
