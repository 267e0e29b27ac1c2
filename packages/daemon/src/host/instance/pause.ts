import type { Clock } from "@fleetbus/core";
import type { Bucket, Bus, ConsumerShape } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "../effects/effect.ts";

const foreverMs = 365 * 24 * 60 * 60 * 1000;

const pauseSchema = z.object({ reason: z.string(), at: z.number() });

/** Why an instance sends nothing, and since when (milliseconds since 1970). */
export type Pause = z.infer<typeof pauseSchema>;

/** An instance's pause, kept at the server until it is resumed: for all machines that share it, and over restarts. */
export interface PauseRecord {
  read(): Promise<Pause | undefined>;
  set(pause: Pause): Promise<void>;
  lift(): Promise<void>;
}

/** The record of one instance, beside its effects. */
export function pauseRecord(deps: {
  readonly bus: Pick<Bus, "pauseConsumer">;
  readonly consumer: string;
  readonly shapes: readonly Pick<ConsumerShape, "stream" | "name">[];
  readonly clock: Clock;
  bucket(): Promise<Bucket>;
}): PauseRecord {
  const key = `${deps.consumer}.pause.reason`;
  const consumers = async (untilMs: number | undefined) => {
    for (const { stream, name } of deps.shapes) await deps.bus.pauseConsumer(stream, name, untilMs);
  };
  return {
    read: async () => {
      const entry = await (await deps.bucket()).get(key);
      const parsed = pauseSchema.safeParse(entry === undefined ? undefined : jsonOf(entry.value));
      return parsed.success ? parsed.data : undefined;
    },
    set: async (pause) => {
      await (await deps.bucket()).put(key, new TextEncoder().encode(JSON.stringify(pause)));
      await consumers(deps.clock.now() + foreverMs);
    },
    lift: async () => {
      await (await deps.bucket()).remove(key);
      await consumers(undefined);
    },
  };
}
