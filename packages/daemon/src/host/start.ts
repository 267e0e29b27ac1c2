import { builtInAdapters } from "@fleetbus/adapters";
import { FleetError, type Adapter, type AdapterConfig } from "@fleetbus/core";
import type { Local } from "../life/local.ts";
import type { Edge } from "../requests/edge.ts";
import { rewakeAdapter } from "../wake/rewake.ts";
import type { Waiters } from "../wake/waiters.ts";
import type { AdapterEntry } from "./host.ts";
import { loadAdapter } from "./load.ts";

/** Starts the rungs of the wake ladder, which every machine has, and the adapters of the machine's config. */
export async function startAdapters(edge: Edge, waiters: Waiters, local: Local): Promise<void> {
  const builtIn = [rewakeAdapter(waiters), ...builtInAdapters];
  const isRung = (adapter: Adapter) => adapter.spec.on?.some((kind) => kind.startsWith("wake.")) === true;
  const rungs = builtIn.filter(isRung).map((adapter) => entryOf(adapter, { name: adapter.spec.type, on: [], config: {} }));
  const { settings, paths, onError } = local;
  const named = settings.config.adapter.map(async (wanted) => entryOf(await loadAdapter(wanted.type, builtIn, paths.configFile), ownKeys(wanted)));
  const loaded = await Promise.allSettled(named);
  const entries = loaded.flatMap((result) => {
    if (result.status === "fulfilled") return [result.value];
    onError(result.reason, "starting an adapter of the config");
    return [];
  });
  edge.host.start([...rungs, ...entries]);
}

interface Wanted {
  readonly name: string;
  readonly on: readonly string[];
  /** The adapter's own keys. */
  readonly config: Readonly<Record<string, unknown>>;
}

function ownKeys({ name, type: _type, on = [], priority: _priority, ...config }: AdapterConfig): Wanted {
  return { name, on, config };
}

function entryOf(adapter: Adapter, wanted: Wanted): AdapterEntry {
  const parsed = adapter.spec.config.safeParse(wanted.config);
  if (parsed.success) return { name: wanted.name, adapter, config: parsed.data, on: wanted.on };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  throw new FleetError("config", `reading adapter "${wanted.name}": ${problems}`);
}
