import { addressSchema, originSchema, type Climbed } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "../host/effects/effect.ts";

/** Longer than a message is kept. */
const keptMs = 15 * 24 * 60 * 60 * 1000;

const climbedSchema = z.object({
  adapter: z.string(),
  state: z.enum(["held", "trying", "sent", "failed"]),
  sinceMs: z.number(),
  /** Why it is not sent. */
  reason: z.string().optional(),
});

/** How far the ladder is with one matter, as the `effects` bucket keeps it under `<machine>=me.<event id>`. */
const recordSchema = z.looseObject({
  about: z.enum(["message", "permission", "sleeper"]),
  /** Without bodies: the matter's own is in its mailbox, or in EVENTS. */
  event: z.object({
    id: z.string(),
    kind: z.string(),
    from: addressSchema,
    time: z.string(),
    origin: originSchema,
    data: z.record(z.string(), z.unknown()),
  }),
  climbed: z.array(climbedSchema),
  /** Nobody is left to tell. */
  isEnded: z.boolean(),
});

/** What is known of one matter's ladder. */
export type LadderRecord = z.infer<typeof recordSchema>;

/** One rung of it. */
export type ClimbedRung = Climbed & z.infer<typeof climbedSchema>;

/** The records of one machine. All calls reject with `unavailable` without the server. */
export interface LadderRecords {
  load(): Promise<readonly LadderRecord[]>;
  save(record: LadderRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The store beside the delivery records. */
export function ladderRecords(deps: { readonly machine: string; bucket(): Promise<Bucket> }): LadderRecords {
  const under = `${deps.machine}=me`;
  return {
    load: async () => {
      const entries = await (await deps.bucket()).entries(undefined, under);
      return entries.flatMap(({ value }) => recordSchema.safeParse(jsonOf(value)).data ?? []);
    },
    save: async (record) => {
      const value = new TextEncoder().encode(JSON.stringify(record));
      await (await deps.bucket()).put(`${under}.${record.event.id}`, value, { ttlMs: keptMs });
    },
    remove: async (id) => (await deps.bucket()).remove(`${under}.${id}`),
  };
}
