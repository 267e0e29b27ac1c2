import { AckPolicy, DeliverPolicy, type ConsumerConfig, type ConsumerInfo } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { streamId, type ConsumerShape } from "../layout.ts";
import { apiCodes, isApiError } from "./errors.ts";
import type { Link } from "./link.ts";

/** A durable consumer by its names on the server. */
export interface DurableName {
  readonly stream: string;
  readonly consumer: string;
}

/** The names on the server of a shape in namespace `ns`. */
export function durableName(ns: string, shape: Pick<ConsumerShape, "stream" | "name">): DurableName {
  return { stream: streamId(ns, shape.stream), consumer: shape.name };
}

/**
 * Creates the durable consumer, or brings it to its shape in place: cursor and acknowledgements stay (NATS.md, client
 * rules). Where it begins is fixed at its creation. `startSeq` overrides the shape's own start for one made anew.
 */
export function ensureConsumer(
  link: Link,
  { ns, shape }: { readonly ns: string; readonly shape: ConsumerShape },
  startSeq?: number,
): Promise<ConsumerInfo> {
  const { stream, consumer } = durableName(ns, shape);
  return link.call(`making consumer ${consumer} of ${shape.stream}`, async () => {
    const mutable = mutableConfig(shape);
    try {
      return await link.jsm.consumers.add(stream, {
        name: consumer,
        durable_name: consumer,
        ack_policy: AckPolicy.Explicit,
        num_replicas: 1,
        ...startOf(startSeq === undefined ? shape.from : { seq: startSeq }),
        ...mutable,
      });
    } catch (error) {
      if (!isApiError(error, apiCodes.consumerExists)) throw error;
      return await link.jsm.consumers.update(stream, consumer, mutable);
    }
  });
}

function mutableConfig(shape: ConsumerShape): Partial<ConsumerConfig> {
  return {
    filter_subjects: [...shape.subjects],
    ack_wait: nanos(shape.ackWaitMs),
    max_ack_pending: shape.maxAckPending,
    max_deliver: shape.maxDeliver,
    ...(shape.goneAfterMs === undefined ? {} : { inactive_threshold: nanos(shape.goneAfterMs) }),
    // Of a consumer that has one its first step would replace `ack_wait`.
    backoff: [],
    metadata: { ...shape.metadata },
  };
}

function startOf(from: ConsumerShape["from"]): Partial<ConsumerConfig> {
  if (from === "all") return { deliver_policy: DeliverPolicy.All };
  if (from === "new") return { deliver_policy: DeliverPolicy.New };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, from.seq) };
}
