import type { Clock, SourceAnswer } from "@fleetbus/core";
import { z } from "zod";
import { aboutSchema, type About } from "./about.ts";
import type { Records } from "./records.ts";
import { notNow } from "./refusal.ts";
import { hashOf } from "./token.ts";

/** Longer than any far side gives the same again. */
const keptMs = 7 * 24 * 60 * 60 * 1000;
/** After this the work of a machine that is gone is another's. */
const claimMs = 45_000;
const againMs = 5000;

const arrivalSchema = z.object({
  state: z.enum(["claimed", "taken"]),
  /** In the name of whose `me` it is stored: whoever takes the work over goes on in the same, so that it is stored once. */
  machine: z.string(),
  /** Who works on it. */
  by: z.string(),
  at: z.number(),
  line: z.string().optional(),
  message: z.object({ id: z.string(), to: z.string() }).optional(),
  about: aboutSchema.optional(),
  /** It was asked back, and is held. */
  isHeld: z.boolean().optional(),
});

type Arrival = z.infer<typeof arrivalSchema>;

/** What was made of something that came in. */
export interface Taken {
  readonly line: string;
  readonly message?: NonNullable<SourceAnswer["message"]> | undefined;
  /** What an answer to the answer is about. */
  readonly about?: About | undefined;
  readonly isHeld?: boolean | undefined;
}

/** A delivery that is this machine's to take. */
export interface Claim {
  /** In the name of whose `me`. */
  readonly machine: string;
  /** It was begun before, and may be stored. */
  readonly isAgain: boolean;
  done(taken: Taken): Promise<void>;
  /** It was refused: nothing stays. */
  drop(): Promise<void>;
}

/** Takes each delivery of an instance once, over kills and machines. */
export interface Once {
  /** What is known of it, where it came before. */
  find(id: string): Promise<{ readonly taken?: Taken } | undefined>;
  /** Rejects with `unavailable` while another machine has it, or won it. */
  claim(id: string): Promise<Claim>;
}

/** The deliveries of one instance, as this machine sees them. */
export function onceOf(deps: {
  readonly records: Records;
  readonly machine: string;
  readonly clock: Clock;
}): Once {
  const { records, machine, clock } = deps;
  const write = (name: string, value: Arrival, revision?: number) =>
    records.put({ kind: "in", name, value, ttlMs: keptMs, ...(revision === undefined ? {} : { revision }) });
  return {
    find: async (id) => {
      const known = (await records.get("in", id, arrivalSchema))?.value;
      if (known === undefined) return undefined;
      return known.state === "taken" ? { taken: { ...known, line: known.line ?? "" } } : {};
    },
    claim: async (id) => {
      const known = await records.get("in", id, arrivalSchema);
      const isOthers = known !== undefined && known.value.by !== machine;
      const leftMs = isOthers ? known.value.at + claimMs - clock.now() : 0;
      if (known?.value.state === "taken" || leftMs > 0) throw notNow("another machine takes it", againMs);
      const claimed: Arrival = {
        ...{ state: "claimed", machine: known?.value.machine ?? machine, by: machine, at: clock.now() },
      };
      if ((await write(id, claimed, known?.revision ?? 0)) === undefined)
        throw notNow("another machine takes it", againMs);
      return {
        machine: claimed.machine,
        isAgain: known !== undefined,
        done: async (taken) => void (await write(id, { ...claimed, ...taken, state: "taken" })),
        drop: () => records.remove("in", id),
      };
    },
  };
}

/** The id of the message that a delivery becomes: the same each time it is taken, and a whole one (look-up.ts). */
export function messageIdOf(instance: string, delivery: string): string {
  return hashOf(`${instance}\n${delivery}`).slice(0, 26);
}
