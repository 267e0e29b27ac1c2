import type { Bucket } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "./effect.ts";

const keptMs = 24 * 60 * 60 * 1000;
const idsSchema = z.array(z.string());

/** The events of the digest that a machine sent last, or was sending when it was killed: `<consumer>.batch.<machine>` in `effects`. */
export interface BatchRecord {
  /** To be written before it is sent. */
  write(ids: readonly string[]): Promise<void>;
  read(): Promise<readonly string[]>;
}

/** The record of one instance on one machine. */
export function batchRecord(deps: {
  readonly consumer: string;
  readonly machine: string;
  bucket(): Promise<Bucket>;
}): BatchRecord {
  const key = `${deps.consumer}.batch.${deps.machine}`;
  return {
    write: async (ids) => {
      const value = new TextEncoder().encode(JSON.stringify(ids));
      await (await deps.bucket()).put(key, value, { ttlMs: keptMs });
    },
    read: async () => {
      const entry = await (await deps.bucket()).get(key);
      const parsed = idsSchema.safeParse(entry === undefined ? [] : jsonOf(entry.value));
      return parsed.success ? parsed.data : [];
    },
  };
}
