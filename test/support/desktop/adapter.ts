import { builtInAdapters } from "@fleetbus/adapters";
import { systemClock, type Adapter, type AdapterContext, type FleetEvent } from "@fleetbus/core";

/** The desktop adapter as the daemon has it. */
export const desktop: Adapter = adapterOf("desktop");

/** The n-th event that it is sent. */
export function eventOf(n: number): FleetEvent {
  return {
    ...{ id: `event${n}`, kind: "turn.failed", from: { machine: "lab", session: "web" } },
    ...{ time: "2026-01-01T00:00:00.000Z", origin: "agent", data: {} },
  };
}

/** What it is lent. */
export function context(): AdapterContext {
  const silent = () => undefined;
  return {
    ...{ name: "toast", ns: "main", clock: systemClock, fetch: globalThis.fetch },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    addressesOf: async (host) => [host],
    stillWanted: async () => true,
  };
}

function adapterOf(type: string): Adapter {
  const found = builtInAdapters.find(({ spec }) => spec.type === type);
  if (found === undefined) throw new Error(`there is no adapter ${type}`);
  return found;
}
