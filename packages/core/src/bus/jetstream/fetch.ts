import type { Msg } from "@nats-io/nats-core";
import type { Consumer, Delivery } from "../port.ts";
import { FleetError } from "../../errors/fleet-error.ts";
import type { DurableName } from "./consumer.ts";
import type { Link } from "./link.ts";
import { openPull, type PullEnd } from "./pull.ts";

/** What a fetch works on. */
export interface Fetching extends DurableName {
  readonly link: Link;
  toDelivery(message: Msg): Delivery;
  /** Called when the server may have sent what never arrived. */
  onBroken(): void;
}

type FetchOptions = Parameters<Consumer["fetch"]>[0];

/**
 * What is there at once; if nothing is, the first that comes within `waitMs` and what came with it. What arrived before
 * the connection broke or the signal aborted is given all the same.
 */
export async function fetchFrom(fetching: Fetching, options: FetchOptions): Promise<readonly Delivery[]> {
  const deliveries = await ask(fetching, { ...options, waitMs: 0 });
  if (deliveries.length > 0 || options.waitMs <= 0 || options.signal?.aborted === true) return deliveries;
  const first = await ask(fetching, { ...options, max: 1 });
  if (first.length === 0 || options.max === 1) return first;
  // What is delivered already is not lost to a connection that breaks now: the next fetch says that it did.
  const others = await ask(fetching, { ...options, max: options.max - 1, waitMs: 0 }).catch(() => []);
  return [...first, ...others];
}

async function ask(fetching: Fetching, { max, waitMs, signal }: FetchOptions): Promise<readonly Delivery[]> {
  const { link, stream, consumer } = fetching;
  if (!link.isConnected()) requireAnswer(link, fetching, "broken");
  const deliveries: Delivery[] = [];
  const { ended } = openPull(link, {
    stream,
    consumer,
    batch: max,
    ...(waitMs > 0 ? { expiresMs: waitMs } : {}),
    ...(signal === undefined ? {} : { signal }),
    onMessage: (message) => deliveries.push(fetching.toDelivery(message)),
  });
  const end = await ended;
  if (end === "broken" || end === "silent") fetching.onBroken();
  if (deliveries.length === 0) requireAnswer(link, fetching, end);
  return deliveries;
}

function requireAnswer(link: Link, { stream, consumer }: DurableName, end: PullEnd): void {
  const doing = `fetching from consumer ${consumer} of ${stream}`;
  if (end === "gone") throw new FleetError("not_found", `${doing}: there is no such consumer`);
  if (end === "broken" && !link.closed.aborted)
    throw new FleetError("unavailable", `${doing}: the server is away`);
}
