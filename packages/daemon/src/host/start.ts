import { readFile } from "node:fs/promises";
import { builtInAdapters } from "@fleetbus/adapters";
import { FleetError, ownKeys, revealSecrets, type Adapter, type AdapterConfig } from "@fleetbus/core";
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
  const rungs = builtIn
    .filter(isRung)
    .map((adapter) => entryOf(adapter, { name: adapter.spec.type, on: [], config: {} }));
  const { settings, onError } = local;
  const named = settings.config.adapter.map((entry) => namedEntry(entry, builtIn, local));
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
  /** The adapter's own keys, secrets revealed. */
  readonly config: unknown;
}

async function namedEntry(
  entry: AdapterConfig,
  builtIn: readonly Adapter[],
  { env, paths }: Local,
): Promise<AdapterEntry> {
  const adapter = await loadAdapter(entry.type ?? "", builtIn, paths.configFile);
  const sources = { env, readFile: (path: string) => readFile(path, "utf8") };
  const config = await revealSecrets(adapter.spec.config, ownKeys(entry), sources);
  return entryOf(adapter, { name: entry.name, on: entry.on ?? [], config });
}

function entryOf(adapter: Adapter, wanted: Wanted): AdapterEntry {
  const parsed = adapter.spec.config.safeParse(wanted.config);
  if (parsed.success) return { name: wanted.name, adapter, config: parsed.data, on: wanted.on };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  throw new FleetError("config", `reading adapter "${wanted.name}": ${problems}`);
}
