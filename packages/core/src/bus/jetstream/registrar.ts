import { apiCodes, isApiError } from "./errors.ts";
import type { DurableName } from "./consumer.ts";
import type { Durables } from "./durable.ts";
import type { Link } from "./link.ts";

/** Removes a durable consumer; who consumes it through this bus ends quietly. False when there was none. */
export function removeConsumer(
  parts: { link: Link; durables: Durables },
  name: DurableName,
): Promise<boolean> {
  const { link, durables } = parts;
  return link.call(`removing consumer ${name.consumer} of ${name.stream}`, async () => {
    const durable = durables.of(name);
    durable.isRemoved = true;
    try {
      const isRemoved = await link.jsm.consumers.delete(name.stream, name.consumer);
      durables.forget(name);
      return isRemoved;
    } catch (error) {
      durable.isRemoved = false;
      if (isApiError(error, apiCodes.consumerNotFound)) return false;
      throw error;
    }
  });
}

/** Holds deliveries back until then; undefined lets them go on. Rejects with `not_found`. */
export function pauseConsumer(link: Link, name: DurableName, untilMs: number | undefined): Promise<void> {
  return link.call(`pausing consumer ${name.consumer} of ${name.stream}`, async () => {
    const { stream, consumer } = name;
    if (untilMs === undefined) await link.jsm.consumers.resume(stream, consumer);
    else await link.jsm.consumers.pause(stream, consumer, new Date(untilMs));
  });
}
