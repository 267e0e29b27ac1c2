import type { Clock } from "@fleetbus/core";
import type { Bucket } from "@fleetbus/core/bus";
import { z } from "zod";
import { jsonOf } from "./effect.ts";

const knownMs = 10_000;

const quotaSchema = z.object({
  daily: z.int().min(0),
  /** Who said so, as its adapter vouches. */
  by: z.string(),
  at: z.number(),
});

/** How many sends a day an adapter has, whatever its config says. `at` is in milliseconds since 1970. */
export type Quota = z.infer<typeof quotaSchema>;

/** The quotas that signed requests have set, by the adapter's name, for all machines: `quota.<name>` in `effects`. */
export interface Quotas {
  /** At most 10 s old. Rejects with `unavailable`. */
  find(adapter: string): Promise<Quota | undefined>;
  /** Undefined lifts it. */
  set(adapter: string, quota: Quota | undefined): Promise<void>;
}

/** The quotas as one daemon sees them. */
export function quotasOf(deps: { readonly clock: Clock; bucket(): Promise<Bucket> }): Quotas {
  const known = new Map<string, { readonly quota: Quota | undefined; readonly atMs: number }>();
  const keep = (adapter: string, quota: Quota | undefined) => {
    known.set(adapter, { quota, atMs: deps.clock.monotonic() });
    return quota;
  };
  return {
    find: async (adapter) => {
      const last = known.get(adapter);
      if (last !== undefined && deps.clock.monotonic() - last.atMs < knownMs) return last.quota;
      const entry = await (await deps.bucket()).get(keyOf(adapter));
      return keep(adapter, entry === undefined ? undefined : quotaSchema.safeParse(jsonOf(entry.value)).data);
    },
    set: async (adapter, quota) => {
      const bucket = await deps.bucket();
      if (quota === undefined) await bucket.remove(keyOf(adapter));
      else await bucket.put(keyOf(adapter), new TextEncoder().encode(JSON.stringify(quota)));
      keep(adapter, quota);
    },
  };
}

function keyOf(adapter: string): string {
  return `quota.${adapter}`;
}
