import { matchRoute, type FleetEvent } from "@fleetbus/core";
import type { Consumer } from "@fleetbus/core/bus";
import { everyFew } from "../course/beat.ts";
import { eventsConsumer } from "../consumers.ts";
import { kindsOf, routeToTell, type MachineRecord, type Machines } from "../effects/machines.ts";
import type { InstanceDeps } from "./parts.ts";

/** How an instance that runs once is shared: it is one instance, and takes what the entry of any of its machines takes. */
export interface Share {
  /** Opens the consumer of its events, with the filter that all its machines need. */
  open(): Promise<Consumer>;
  /** Opens it again now and then until what it gives is called: other machines come and go. */
  renewing(): () => void;
  /** The other machines whose entries take an event. */
  takers(event: FleetEvent): Promise<readonly string[]>;
  /** None for one that each machine runs. */
  machines(): Promise<Machines>;
}

type ShareDeps = Pick<InstanceDeps, "entry" | "listening" | "machine" | "bus" | "facts" | "context">;

const attempts = 5;
const renewEveryMs = 60 * 60 * 1000;

/** The share of one instance. */
export function shareOf(deps: ShareDeps, record: MachineRecord): Share {
  const { bus, listening, machine, entry } = deps;
  if (listening.runs === "each")
    return {
      open: () => bus.consumer(eventsConsumer(bus.ns, listening.consumer, listening.kinds)),
      renewing: () => () => undefined,
      takers: () => Promise.resolve([]),
      machines: () => Promise.resolve({}),
    };
  const takers = (machines: Machines, event: FleetEvent) => {
    const facts = { ...deps.facts(event), adapter: entry.name };
    const others = Object.entries(machines).filter(([name]) => name !== machine);
    return others.filter(([, { route }]) => matchRoute(route, event, facts).isMatch).map(([name]) => name);
  };
  return {
    open: () => openShared(deps, record),
    renewing: () => everyFew(renewEveryMs, deps.context.clock, () => openShared(deps, record)),
    takers: async (event) => takers(await record.all(), event),
    machines: () => record.all(),
  };
}

/** Of two machines that open it at once the slower one sees the other, and writes the filter of both. */
async function openShared({ bus, listening, machine, entry }: ShareDeps, record: MachineRecord) {
  const own = { kinds: [...listening.kinds], route: routeToTell(entry) };
  let kinds = kindsOf(await record.join(machine, own));
  for (let attempt = 1; ; attempt += 1) {
    const consumer = await bus.consumer(eventsConsumer(bus.ns, listening.consumer, kinds));
    const now = kindsOf(await record.all());
    if (attempt === attempts || now.join() === kinds.join()) return consumer;
    kinds = now;
  }
}
