import type { Breaker, Clock } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "./effect.ts";

const restSchema = z.object({
  /** What the far side asked for. */
  notBeforeMs: z.number(),
  breaker: z.object({ state: z.literal("open"), untilMs: z.number(), openings: z.int() }).optional(),
});

/** How long a far side is left alone by one machine. Times are milliseconds since 1970. */
export type Rest = z.infer<typeof restSchema>;

/** That time, kept over restarts until it is over: `<consumer>.rest.<machine>` in `effects`. All reject with `unavailable`. */
export interface RestRecord {
  read(): Promise<Rest | undefined>;
  write(rest: Rest): Promise<void>;
  forget(): Promise<void>;
}

/** What is worth keeping of a gate. */
export function restOf(notBeforeMs: number, breaker: Breaker): Rest {
  return breaker.state === "open" ? { notBeforeMs, breaker } : { notBeforeMs };
}

/** The record of one instance on one machine. */
export function restRecord(deps: {
  readonly consumer: string;
  readonly machine: string;
  readonly clock: Clock;
  bucket(): Promise<Bucket>;
}): RestRecord {
  const key = `${deps.consumer}.rest.${deps.machine}`;
  return {
    read: async () => {
      const entry = await (await deps.bucket()).get(key);
      const parsed = restSchema.safeParse(entry === undefined ? undefined : jsonOf(entry.value));
      return parsed.success ? parsed.data : undefined;
    },
    write: async (rest) => {
      const forMs = Math.max(rest.notBeforeMs, rest.breaker?.untilMs ?? 0) - deps.clock.now();
      const ttlMs = Math.max(1, Math.ceil(forMs / 1000)) * 1000;
      const value = new TextEncoder().encode(JSON.stringify(rest));
      await (await deps.bucket()).put(key, value, { ttlMs });
    },
    forget: async () => (await deps.bucket()).remove(key),
  };
}
