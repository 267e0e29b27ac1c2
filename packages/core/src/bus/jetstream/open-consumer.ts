import type { Msg } from "@nats-io/nats-core";
import type { Clock } from "../../clock.ts";
import type { ConsumerShape } from "../layout.ts";
import type { Consumer, Delivery } from "../port.ts";
import { consumeFrom } from "./consume.ts";
import { durableName, ensureConsumer } from "./consumer.ts";
import { parseAckSubject, toDelivery } from "./delivery.ts";
import { hold, type Durable, type Durables } from "./durable.ts";
import { fetchFrom } from "./fetch.ts";
import type { Link } from "./link.ts";
import type { Recent } from "./recent.ts";
import { reclaim } from "./reclaim.ts";
import { settle } from "./settle.ts";

/** What all of one bus works with. */
export interface Parts {
  readonly link: Link;
  readonly ns: string;
  readonly clock: Clock;
  readonly durables: Durables;
  readonly recent: Recent;
}

/** Makes or updates a durable consumer, and gives it. */
export async function openConsumer(parts: Parts, shape: ConsumerShape): Promise<Consumer> {
  const { link, ns } = parts;
  const name = durableName(ns, shape);
  const info = await ensureConsumer(link, { ns, shape });
  const durable = parts.durables.of(name);
  durable.highest = Math.max(durable.highest, info.ack_floor.stream_seq);
  const receive = receiver(parts, durable);
  const reclaimNow = () => reclaim({ ...parts, shape, durable });
  const onBroken = () => {
    durable.isSuspect = true;
  };
  // Whoever opens thousands need not ask again for what the answer just said.
  let isKnownIdle = info.num_ack_pending === 0;
  return {
    fetch: async (options) => {
      isKnownIdle = false;
      if (durable.isSuspect) await reclaimNow();
      return fetchFrom({ link, ...name, toDelivery: receive, onBroken }, options);
    },
    consume: (signal) => {
      isKnownIdle = false;
      return consumeFrom({ ...parts, shape, durable, signal, toDelivery: receive, reclaim: reclaimNow });
    },
    reclaim: async () => (isKnownIdle ? 0 : reclaimNow()),
  };
}

function receiver(parts: Parts, durable: Durable): (message: Msg) => Delivery {
  return (message) => {
    const ackSubject = message.reply ?? "";
    const place = parseAckSubject(ackSubject);
    hold(durable, place.seq);
    const own = { ackSubject, deliveries: place.deliveries };
    return toDelivery(parts.recent.of(message, place), own, (answer, delayMs = 0) =>
      settle(parts, { ackSubject, answer, delayMs }),
    );
  };
}
