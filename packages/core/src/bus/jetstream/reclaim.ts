import type { Clock } from "../../clock.ts";
import type { ConsumerShape } from "../layout.ts";
import { durableName } from "./consumer.ts";
import { isHeld, letGo, type Durable } from "./durable.ts";
import type { Link } from "./link.ts";
import { readStream } from "./read.ts";

/** Whose pending deliveries to bring back. */
export interface Reclaiming {
  readonly link: Link;
  readonly ns: string;
  readonly shape: ConsumerShape;
  readonly durable: Durable;
  readonly clock: Clock;
}

/**
 * Gives back every delivery that the server waits for and this process does not hold: what a process that died, or a
 * connection that broke, took along. Without it they would stay away for the acknowledgement wait, an hour for an inbox.
 * The server lists them nowhere; each message of the consumer between its acknowledgement floor and its cursor is named,
 * and the server ignores those that are settled. Resolves with how many were named.
 */
export async function reclaim({ link, ns, shape, durable, clock }: Reclaiming): Promise<number> {
  const { stream, consumer } = durableName(ns, shape);
  const doing = `reclaiming from consumer ${consumer} of ${shape.stream}`;
  const info = await link.call(doing, () => link.jsm.consumers.info(stream, consumer));
  durable.isSuspect = false;
  if (info.num_ack_pending <= durable.held.size - durable.givenUp.size) return 0;
  const between = readStream(link, {
    stream,
    subjects: shape.subjects,
    isHeadersOnly: true,
    from: { seq: info.ack_floor.stream_seq + 1 },
    until: { seq: info.delivered.stream_seq },
    signal: link.closed,
    clock,
  });
  const named: number[] = [];
  for await (const { seq } of between) {
    if (isHeld(durable, seq)) continue;
    link.nc.publish(`$JS.ACK.${stream}.${consumer}.1.${seq}.${info.delivered.consumer_seq}.0.0`, "-NAK");
    named.push(seq);
  }
  await link.call(doing, () => link.nc.flush());
  // Only now: a connection that breaks before leaves them for the next try.
  for (const seq of named) if (durable.givenUp.has(seq)) letGo(durable, seq);
  return named.length;
}
