import type { PayloadGap } from "@fleetbus/core/api";

/** Counts what hooks' payloads lacked although fleet reads it: a CLI's new version changed them. In memory, of one daemon. */
export interface PayloadGaps {
  /** One call of a hook and the fields that were missing in it. */
  note(call: { readonly cli: string; readonly event: string }, missing: readonly string[]): void;
  /** Most frequent first. */
  list(): readonly PayloadGap[];
}

/** No call was told of yet. It holds one count for each field that a table needs, and no more. */
export function payloadGaps(): PayloadGaps {
  const gaps = new Map<string, PayloadGap>();
  return {
    note: ({ cli, event }, missing) => {
      for (const field of missing) {
        const key = `${cli} ${event} ${field}`;
        gaps.set(key, { cli, event, field, count: (gaps.get(key)?.count ?? 0) + 1 });
      }
    },
    list: () => [...gaps.values()].sort((a, b) => b.count - a.count),
  };
}
