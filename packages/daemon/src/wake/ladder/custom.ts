import type { AdapterView } from "@fleetbus/core/api";

/** The adapters that would take a wake of the rung `custom` now. */
export function customRungs(views: readonly Pick<AdapterView, "name" | "state" | "on">[]): readonly string[] {
  return views
    .filter(({ state, on }) => state === "connected" && on.includes("wake.custom"))
    .map(({ name }) => name);
}
