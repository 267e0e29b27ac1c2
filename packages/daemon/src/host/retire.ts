import type { Clock } from "@fleetbus/core";
import {
  adapterConsumer,
  deliveryConsumer,
  removedAdapterMs,
  type Bus,
  type ConsumerStatus,
} from "@fleetbus/core/bus";
import { eventsConsumer } from "./consumers.ts";
import { kindsOf, machineRecord } from "./effects/machines.ts";
import type { InstanceDeps } from "./instance/parts.ts";

/** What retiring needs. */
export interface RetireDeps {
  readonly bus: Bus;
  readonly machine: string;
  readonly clock: Clock;
}

/**
 * Lets the durables of adapters go that this machine has not any more, those too that were removed while no daemon ran:
 * the server removes them a day after the last pull, so an edit that is taken back loses nothing. A shared one stays as
 * long as another machine has it. `kept` has what this machine uses, as `<stream>.<name>`. Rejects with `unavailable`.
 */
export async function retire(deps: RetireDeps, kept: ReadonlySet<string>): Promise<void> {
  const all = await Promise.all([deps.bus.consumers("EVENTS"), deps.bus.consumers("WAKES")]);
  for (const status of all.flat()) {
    const [role, owner] = status.name.split("=");
    if (role !== "adapter" || kept.has(`${status.stream}.${status.name}`)) continue;
    if (owner === deps.machine) await letGo(deps, status);
    if (owner === "any") await leave(deps, status);
  }
}

/** What these adapters use, and those that cannot be started now but are in the config. */
export function keptBy(
  running: ReadonlyMap<string, { readonly deps: Pick<InstanceDeps, "listening"> }>,
  broken: Iterable<string>,
  machine: string,
): ReadonlySet<string> {
  const used = [...running.values()].flatMap(({ deps: { listening } }) => [
    `EVENTS.${listening.consumer}`,
    ...(listening.hot === undefined ? [] : [`WAKES.${listening.hot.name}`]),
  ]);
  const perhaps = [...broken].flatMap((name) => [
    ...["EVENTS", "WAKES"].map((stream) => `${stream}.adapter=${machine}=${name}`),
    `EVENTS.adapter=any=${name}`,
  ]);
  return new Set([...used, ...perhaps]);
}

async function leave(deps: RetireDeps, status: ConsumerStatus): Promise<void> {
  const { bus, machine, clock } = deps;
  const record = machineRecord({ consumer: status.name, clock, bucket: () => bus.bucket("effects") });
  if (!(machine in (await record.all()))) return;
  const left = kindsOf(await record.leave(machine));
  if (left.length === 0) await letGo(deps, status);
  else await bus.consumer(eventsConsumer(bus.ns, status.name, left));
}

async function letGo({ bus }: RetireDeps, { stream, name, subjects, goneAfterMs }: ConsumerStatus) {
  if (goneAfterMs === removedAdapterMs) return;
  const shape =
    stream === "EVENTS" ? deliveryConsumer(name, subjects) : adapterConsumer(stream, name, subjects);
  await bus.consumer({ ...shape, goneAfterMs: removedAdapterMs });
}
