import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { FleetError, loadConfig, messageOf, resolveSettings, slug, type FleetConfig, type LoadedConfig, type Paths, type Rung } from "@fleetbus/core";
import type { Limits } from "../compose.ts";

/** What a daemon runs by: the machine's config under its environment (DESIGN §11). */
export interface Settings {
  readonly config: FleetConfig;
  readonly machine: string;
  readonly ns: string;
  readonly limits: Limits;
}

/** Every rung that this version can climb. */
export const everyRung: readonly Rung[] = ["continuation", "rewake", "socket", "tmux"];

/** Reads the config file, if there is one. Rejects with `config` and all problems at once. */
export async function loadSettings(paths: Paths, env: Readonly<Record<string, string | undefined>>): Promise<Settings> {
  const file = await readConfig(paths.configFile);
  const host = slug(hostname().split(".")[0] ?? "");
  const { config } = resolveSettings({ env, file, defaults: { machine: host } });
  return {
    config,
    machine: config.machine ?? host,
    ns: config.ns,
    limits: {
      wakesPerSession: config.wake.per_session,
      wakesPerFleet: config.wake.fleet,
      messagesPerPair: config.policy.per_pair,
      maxHops: config.policy.max_hops,
    },
  };
}

async function readConfig(path: string): Promise<LoadedConfig | undefined> {
  try {
    const [text, { mode }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return loadConfig(text, { path, mode });
  } catch (error) {
    if (error instanceof FleetError) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new FleetError("config", `reading ${path}: ${messageOf(error)}`, { cause: error });
  }
}
