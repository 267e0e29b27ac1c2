import type { Address } from "../names/address.ts";
import { encodeHeaderValue } from "./header-value.ts";

/** A CloudEvent 1.0 whose data is JSON. */
export interface Envelope {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** RFC 3339. Optional for writers that are not fleet; a reader then takes the server's time. */
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype: string;
  /** Extension attributes in their canonical string form, names in lower case. */
  readonly extensions: Readonly<Record<string, string>>;
  /** A JSON value. */
  readonly data: unknown;
}

/** An envelope as it goes over NATS. Names of decoded headers are in lower case. */
export interface Encoded {
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

/** `/fleet/main/lab/web`: the `source` of all that a mailbox says. */
export function sourceOf(ns: string, from: Address): string {
  return `/fleet/${ns}/${from.machine}/${from.session}`;
}

/** The envelope in binary mode: each attribute a `ce-` header, the data as JSON. */
export function encodeEnvelope(envelope: Envelope): Encoded {
  const headers: Record<string, string> = {
    "ce-specversion": "1.0",
    "ce-id": encodeHeaderValue(envelope.id),
    "ce-source": encodeHeaderValue(envelope.source),
    "ce-type": encodeHeaderValue(envelope.type),
    "ce-datacontenttype": encodeHeaderValue(envelope.datacontenttype),
  };
  if (envelope.time !== undefined) headers["ce-time"] = encodeHeaderValue(envelope.time);
  if (envelope.subject !== undefined) headers["ce-subject"] = encodeHeaderValue(envelope.subject);
  for (const [name, value] of Object.entries(envelope.extensions))
    headers[`ce-${name}`] = encodeHeaderValue(value);
  return { headers, data: new TextEncoder().encode(JSON.stringify(envelope.data)) };
}
