import { FleetError, type Sink } from "@fleetbus/core";

/**
 * A sink whose far side is met anew by every send. It sends between `connect` and `close` alone; `send`'s signal aborts
 * with the host's, and when the sink closes. Sends may overlap.
 */
export function connectionlessSink(doing: string, send: Sink["send"]): Sink {
  const closing = new AbortController();
  let isConnected = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      isConnected = true;
    },
    send: async (event, signal, notice) => {
      if (!isConnected || closing.signal.aborted)
        throw new FleetError("unavailable", `${doing}: the adapter is not connected`);
      signal.throwIfAborted();
      return send(event, AbortSignal.any([signal, closing.signal]), notice);
    },
    close: async () => closing.abort(new FleetError("unavailable", `${doing}: the adapter is closing`)),
  };
}
