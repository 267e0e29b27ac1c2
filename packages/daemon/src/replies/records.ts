import { FleetError } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import type { z } from "zod";
import { jsonOf } from "../host/effects/effect.ts";
import { hashOf } from "./token.ts";

/** A record as it stands, with its fencing token. */
export interface Kept<T> {
  readonly value: T;
  readonly revision: number;
}

/** What sort of thing a record is about; beside it stands the hash of what it is found by. */
export type RecordKind = "token" | "sent" | "used" | "in" | "held";

/** One record to write. */
export interface Write {
  readonly kind: RecordKind;
  readonly name: string;
  readonly value: unknown;
  readonly ttlMs: number;
  /** 0 creates; absent writes in any case. */
  readonly revision?: number;
}

/**
 * What an instance remembers of what it can be answered, and of what came in: in the bucket `effects`, under keys that no
 * consumer of an adapter bears. All calls reject with `unavailable` without the server.
 */
export interface Records {
  /** Undefined too where it is not in its format. */
  get<T>(kind: RecordKind, name: string, schema: z.ZodType<T>): Promise<Kept<T> | undefined>;
  /** Undefined where the revision is another by now. */
  put(write: Write): Promise<number | undefined>;
  remove(kind: RecordKind, name: string): Promise<void>;
}

/** The records of one instance, the same on all machines that have it. */
export function recordsOf(instance: string, bucket: () => Promise<Bucket>): Records {
  const keyOf = (kind: RecordKind, name: string) => `reply=${instance}.${kind}.${hashOf(name)}`;
  return {
    get: async (kind, name, schema) => {
      const entry = await (await bucket()).get(keyOf(kind, name));
      const parsed = entry === undefined ? undefined : schema.safeParse(jsonOf(entry.value));
      if (entry === undefined || parsed?.success !== true) return undefined;
      return { value: parsed.data, revision: entry.revision };
    },
    put: async ({ kind, name, value, ttlMs, revision }) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value));
      const options = { ttlMs: wholeSeconds(ttlMs), ...(revision === undefined ? {} : { revision }) };
      try {
        return await (await bucket()).put(keyOf(kind, name), bytes, options);
      } catch (error) {
        if (error instanceof FleetError && error.code === "conflict") return undefined;
        throw error;
      }
    },
    remove: async (kind, name) => (await bucket()).remove(keyOf(kind, name)),
  };
}

/** As the server counts a time to live. */
function wholeSeconds(ms: number): number {
  return Math.max(1000, Math.ceil(ms / 1000) * 1000);
}
