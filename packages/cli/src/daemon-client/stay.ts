import { FleetError, messageOf } from "@fleetbus/core";
import type { Context } from "../command/context.ts";

/** Between two looks for a daemon that has gone. */
const retryMs = 1000;

/**
 * Follows again whenever the daemon or its server went away and came back; said once each time. Starts no daemon but
 * the first. Rejects when the world's signal aborts, and with every error that is not `unavailable`.
 */
export async function stay(context: Context, follow: () => Promise<void>): Promise<never> {
  const { clock, signal } = context.world;
  let isTold = false;
  for (let isFirst = true; ; isFirst = false) {
    try {
      if (isFirst || (await context.daemon().status()) !== undefined) await follow();
      isTold = false;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof FleetError) || error.code !== "unavailable") throw error;
      if (!isTold) await context.say(`${messageOf(error)}; waiting for it`);
      isTold = true;
    }
    await clock.sleep(retryMs, signal);
  }
}
