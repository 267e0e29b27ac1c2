import {
  FleetError,
  subjectsOf,
  type Adapter,
  type AdapterContext,
  type AdapterLog,
  type Clock,
  type FleetEvent,
  type SendReceipt,
} from "@fleetbus/core";
import type { AdapterView } from "@fleetbus/core/api";
import { adapterConsumer, type Bus, type Consumer, type Delivery } from "@fleetbus/core/bus";
import { Instance } from "./instance.ts";

/** One adapter as the machine's config names it. */
export interface AdapterEntry {
  readonly name: string;
  readonly adapter: Adapter;
  /** The adapter's own keys, parsed by its schema. */
  readonly config: unknown;
  /** Kinds it takes; empty: what the adapter itself declares. */
  readonly on: readonly string[];
}

/** What the host lends its adapters, and tells the daemon. */
export interface HostDeps {
  readonly bus: Bus;
  readonly machine: string;
  readonly clock: Clock;
  log(name: string): AdapterLog;
  decodeEvent(delivery: Delivery): FleetEvent;
  bury(consumer: string, delivery: Delivery, reason: string): Promise<void>;
  stillWanted(nonce: string): boolean;
  onResult(event: FleetEvent, result: SendReceipt | FleetError): void;
}

/** Runs a machine's adapters, each on durable consumers of its own (DESIGN §7). A failing one delays no other. */
export interface AdapterHost {
  start(entries: readonly AdapterEntry[]): void;
  views(): readonly AdapterView[];
  test(name: string, event: FleetEvent): Promise<SendReceipt>;
  close(): Promise<void>;
}

/** The host of one daemon. */
export function adapterHost(deps: HostDeps): AdapterHost {
  const instances = new Map<string, Instance>();
  return {
    start: (entries) => {
      for (const entry of entries) {
        const instance = new Instance(instanceDeps(entry, deps));
        instances.set(entry.name, instance);
        instance.start();
      }
    },
    views: () => [...instances.values()].map((instance) => instance.view()),
    test: (name, event) => {
      const instance = instances.get(name);
      if (instance !== undefined) return instance.test(event);
      const known = [...instances.keys()];
      return Promise.reject(
        new FleetError("not_found", `testing adapter "${name}": there are ${known.join(", ")}`, {
          details: { known },
        }),
      );
    },
    close: async () => {
      await Promise.all([...instances.values()].map((instance) => instance.stop()));
    },
  };
}

function instanceDeps(entry: AdapterEntry, deps: HostDeps): ConstructorParameters<typeof Instance>[0] {
  const on = entry.on.length > 0 ? entry.on : (entry.adapter.spec.on ?? []);
  return {
    name: entry.name,
    adapter: entry.adapter,
    config: entry.config,
    context: contextOf(entry.name, deps),
    on,
    consumers: () => consumersOf(entry.name, on, deps),
    decode: (delivery) => deps.decodeEvent(delivery),
    bury: (delivery, reason) => deps.bury(entry.name, delivery, reason),
    onResult: (event, result) => deps.onResult(event, result),
  };
}

function contextOf(name: string, deps: HostDeps): AdapterContext {
  return {
    name,
    log: deps.log(name),
    clock: deps.clock,
    fetch: globalThis.fetch,
    ns: deps.bus.ns,
    stillWanted: (nonce) => Promise.resolve(deps.stillWanted(nonce)),
  };
}

/** Wakes are for this machine alone; events come from all machines. */
async function consumersOf(
  name: string,
  on: readonly string[],
  deps: HostDeps,
): Promise<readonly Consumer[]> {
  const { bus, machine } = deps;
  const subjects = subjectsOf(bus.ns);
  const durable = `adapter=${machine}=${name}`;
  const wakes = on
    .filter((kind) => kind.startsWith("wake."))
    .map((kind) => subjects.wake({ machine }, kind.slice(5)));
  const events = on.filter((kind) => !kind.startsWith("wake.")).map((kind) => subjects.event({}, kind));
  const shapes = [
    ...(wakes.length > 0 ? [adapterConsumer("WAKES", durable, wakes)] : []),
    ...(events.length > 0 ? [adapterConsumer("EVENTS", durable, events)] : []),
  ];
  return Promise.all(shapes.map((shape) => bus.consumer(shape)));
}
