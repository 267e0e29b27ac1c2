import { systemClock } from "../../clock.ts";
import { requireFloor } from "./floor.ts";
import { busOn, type JetStreamBus } from "./jetstream-bus.ts";
import { linkOn } from "./link.ts";
import { open, type ConnectOptions } from "./open.ts";

/**
 * Connects to a NATS server and gives the bus of one namespace. Its layout is not touched: `ensureLayout` is for the
 * one who owns it. Rejects with `unavailable`, `unauthorized`, or `version` for a server that is too old. In mode
 * `daemon` it waits for the server; pass a signal.
 */
export async function connectBus(options: ConnectOptions): Promise<JetStreamBus> {
  const clock = options.clock ?? systemClock;
  const parts = await open(options, clock);
  try {
    await requireFloor(parts);
  } catch (error) {
    await parts.nc.close();
    throw error;
  }
  return busOn(linkOn(parts), options.ns, clock);
}
