import { builtInAdapters } from "@fleetbus/adapters";
import type { AdapterSchemas } from "@fleetbus/core";

/** How the own keys and URLs of the adapters that ship with fleet are read, by type. */
export const adapterSchemas: AdapterSchemas = Object.fromEntries(
  builtInAdapters.map((adapter) => [adapter.spec.type, adapter.spec]),
);
