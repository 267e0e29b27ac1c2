import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import {
  FleetError,
  idleSettings,
  loadConfig,
  messageOf,
  resolveSettings,
  slug,
  type AdapterSchemas,
  type FleetConfig,
  type LoadedConfig,
  type Paths,
  type Problem,
} from "@fleetbus/core";
import type { Rate } from "../wake/budget.ts";

/** The storm guard's numbers (DESIGN §11). */
export interface Limits {
  readonly wakesPerSession: Rate;
  readonly wakesPerFleet: Rate;
  readonly messagesPerPair: Rate;
  /** Messages that lead to messages: after so many the next is refused. */
  readonly maxHops: number;
}

/** What a daemon runs by: the machine's config under its environment (DESIGN §11). */
export interface Settings {
  readonly config: FleetConfig;
  readonly machine: string;
  readonly ns: string;
  readonly limits: Limits;
  /** What stands in the file and has no effect yet. */
  readonly idle: readonly Problem[];
  /** Keys that have changed since the daemon started, and that only its next start takes. */
  readonly forRestart: readonly string[];
}

/** The settings in force: those of the start until the config changes. */
export interface InForce {
  now(): Settings;
  /** From now on these, but for what a running daemon cannot change. */
  take(next: Settings): Settings;
}

/** The settings of the start, in force. */
export function inForce(first: Settings): InForce {
  let settings = first;
  return {
    now: () => settings,
    take: (next) => {
      const { machine, ns } = first;
      settings = { ...next, machine, ns, forRestart: changedForRestart(first, next) };
      return settings;
    },
  };
}

function changedForRestart(first: Settings, next: Settings): readonly string[] {
  const ofServer = (["url", "context", "creds", "binary"] as const).filter(
    (key) => !isDeepStrictEqual(first.config.server[key], next.config.server[key]),
  );
  const ofMachine = (["machine", "ns"] as const).filter((key) => first[key] !== next[key]);
  return [...ofMachine, ...ofServer.map((key) => `server.${key}`)];
}

/** Reads the config file, if there is one, with the adapters' own keys by their schemas. Rejects with `config` and all problems at once. */
export async function loadSettings(
  paths: Paths,
  env: Readonly<Record<string, string | undefined>>,
  adapters: AdapterSchemas,
): Promise<Settings> {
  const file = await readConfig(paths.configFile, adapters);
  const host = slug(hostname().split(".")[0] ?? "");
  const { config } = resolveSettings({ env, file, defaults: { machine: host } });
  return {
    config,
    machine: config.machine ?? host,
    ns: config.ns,
    idle: file === undefined ? [] : idleSettings(file),
    forRestart: [],
    limits: {
      wakesPerSession: config.wake.per_session,
      wakesPerFleet: config.wake.fleet,
      messagesPerPair: config.policy.per_pair,
      maxHops: config.policy.max_hops,
    },
  };
}

async function readConfig(path: string, adapters: AdapterSchemas): Promise<LoadedConfig | undefined> {
  try {
    const [text, { mode }] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    return loadConfig(text, { path, mode }, adapters);
  } catch (error) {
    if (error instanceof FleetError) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new FleetError("config", `reading ${path}: ${messageOf(error)}`, { cause: error });
  }
}
