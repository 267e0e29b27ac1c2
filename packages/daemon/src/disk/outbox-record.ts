import { z } from "zod";
import { FleetError } from "@fleetbus/core";
import type { Outgoing } from "@fleetbus/core/bus";

/** One outgoing thing and its place in the spool. */
export interface Entry {
  readonly number: number;
  readonly outgoing: Outgoing;
}

const headSchema = z.object({
  n: z.int().positive(),
  subject: z.string(),
  headers: z.record(z.string(), z.string()),
  dedupeId: z.string(),
  ttlMs: z.number().optional(),
});
const ackSchema = z.object({ acked: z.int() });

/** An entry as a spool record: a line of JSON, then the payload as it is. */
export function packEntry({ number, outgoing }: Entry): Uint8Array {
  const { data, ...rest } = outgoing;
  return Buffer.concat([Buffer.from(`${JSON.stringify({ n: number, ...rest })}\n`), data]);
}

/** The record that all entries up to `number` are with the server. */
export function packAck(number: number): Uint8Array {
  return Buffer.from(`${JSON.stringify({ acked: number })}\n`);
}

/** Reads a record: an entry, or the number up to which all is acknowledged. */
export function unpack(record: Uint8Array): Entry | number {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  const end = bytes.indexOf(10);
  const head: unknown = JSON.parse(bytes.toString("utf8", 0, end));
  const ack = ackSchema.safeParse(head);
  if (ack.success) return ack.data.acked;
  const entry = headSchema.safeParse(head);
  if (!entry.success) throw new FleetError("malformed", `reading a spool record: ${entry.error.message}`);
  const { n, ttlMs, ...rest } = entry.data;
  const outgoing = { ...rest, data: bytes.subarray(end + 1), ...(ttlMs === undefined ? {} : { ttlMs }) };
  return { number: n, outgoing };
}
