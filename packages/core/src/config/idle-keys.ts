import { isRecord, valueAt } from "./json-schema.ts";
import type { LoadedConfig } from "./load.ts";
import { placed, type Problem } from "./problems.ts";

/** Keys that are read and checked, and change nothing in this version. */
const idleKeys = ["policy.answer_permissions"] as const;

/**
 * What stands in a config and has no effect yet, each with its place: to be said wherever it is read, for a setting that
 * is silently ignored looks like one that holds. `policy.answer_permissions = false` is what holds anyway.
 */
export function idleSettings({
  raw,
  positions,
}: Pick<LoadedConfig, "raw" | "positions">): readonly Problem[] {
  if (!isRecord(raw)) return [];
  return idleKeys.flatMap((path) => {
    const value = valueAt(raw, path.split("."));
    if (value === undefined || value === false) return [];
    return [placed({ path, message: "has no effect in this version yet" }, positions)];
  });
}
