import { builtInAdapters } from "@fleetbus/adapters";
import type { AdapterSchemas } from "@fleetbus/core";

/** The config schemas of the adapters that ship with fleet, by type. */
export const adapterSchemas: AdapterSchemas = Object.fromEntries(
  builtInAdapters.map((adapter) => [adapter.spec.type, adapter.spec.config]),
);
