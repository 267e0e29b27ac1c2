import { FleetError, originSchema, prioritySchema, type Clock, type Route } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "./effect.ts";

const globs = z.array(z.string()).optional();

const machineSchema = z.object({
  /** When it last said so, in milliseconds since 1970. */
  seen: z.number(),
  /** Kinds that it has to hear of, those too by which a state that it told of ends. */
  kinds: z.array(z.string()),
  route: z.object({
    ...{ on: globs, sessions: globs, roles: globs, types: globs },
    priority: prioritySchema.optional(),
    origins: z.array(originSchema).optional(),
  }),
});

const machinesSchema = z.record(z.string(), machineSchema);

/** What one machine's entry of a shared instance takes. */
export type MachineShare = Omit<z.infer<typeof machineSchema>, "seen">;
/** The machines that have a shared instance, by name. */
export type Machines = z.infer<typeof machinesSchema>;

/** Who shares an instance that runs once, as `<consumer>.shared.machines` in `effects`. All reject with `unavailable`. */
export interface MachineRecord {
  all(): Promise<Machines>;
  /** Says that a machine has it, and what it takes there; gives all. One that was not seen for a week is forgotten. */
  join(machine: string, share: MachineShare): Promise<Machines>;
  /** Gives those that are left. */
  leave(machine: string): Promise<Machines>;
}

/** As long as EVENTS keeps what such a machine would want. */
const forgottenAfterMs = 7 * 24 * 60 * 60 * 1000;
const attempts = 20;

/** The record of one instance. */
export function machineRecord(deps: {
  readonly consumer: string;
  readonly clock: Clock;
  bucket(): Promise<Bucket>;
}): MachineRecord {
  const key = `${deps.consumer}.shared.machines`;
  const change = async (make: (machines: Machines) => Machines): Promise<Machines> => {
    const bucket = await deps.bucket();
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const { machines, revision } = await read(bucket, key);
      const changed = make(machines);
      try {
        await bucket.put(key, new TextEncoder().encode(JSON.stringify(changed)), { revision });
        return changed;
      } catch (error) {
        if (!(error instanceof FleetError) || error.code !== "conflict") throw error;
      }
    }
    throw new FleetError("unavailable", `writing ${key}: others write it all the time`);
  };
  const isKnown = ({ seen }: Machines[string]) => deps.clock.now() - seen < forgottenAfterMs;
  return {
    all: async () => (await read(await deps.bucket(), key)).machines,
    join: (machine, share) =>
      change((machines) => ({
        ...Object.fromEntries(Object.entries(machines).filter(([, one]) => isKnown(one))),
        [machine]: { ...share, seen: deps.clock.now() },
      })),
    leave: (machine) =>
      change((machines) => Object.fromEntries(Object.entries(machines).filter(([name]) => name !== machine))),
  };
}

/** The kinds that all of them together have to hear of. */
export function kindsOf(machines: Machines): readonly string[] {
  return [...new Set(Object.values(machines).flatMap(({ kinds }) => kinds))].toSorted();
}

/** An entry's route as its machine tells it to the others. */
export function routeToTell(entry: Route): MachineShare["route"] {
  return machineSchema.shape.route.parse(entry);
}

async function read(bucket: Bucket, key: string) {
  const entry = await bucket.get(key);
  const parsed = machinesSchema.safeParse(entry === undefined ? {} : jsonOf(entry.value));
  return { machines: parsed.success ? parsed.data : {}, revision: entry?.revision ?? 0 };
}
