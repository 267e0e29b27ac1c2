import type { AdapterConfig } from "@fleetbus/core";
import type { HostEntry } from "./host.ts";

const onceMs = 600_000;

/** An entry whose adapter reaches a human: it keeps their quiet hours and tells a state once, unless it says otherwise. */
export function withManners(entry: AdapterConfig): AdapterConfig {
  return { ...entry, quiet: entry.quiet ?? "hold", dedupe: entry.dedupe ?? onceMs };
}

/** Both are for people: a program has no night, and counts each event. */
export function byReader({ entry, adapter }: HostEntry): AdapterConfig {
  if (adapter.spec.text !== undefined) return withManners(entry);
  return { ...entry, quiet: entry.quiet ?? "ignore", dedupe: entry.dedupe ?? 0 };
}
