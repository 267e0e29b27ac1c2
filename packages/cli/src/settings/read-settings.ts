import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import {
  FleetError,
  loadConfig,
  messageOf,
  resolveSettings,
  slug,
  type AdapterSchemas,
  type ConfigFile,
  type LoadedConfig,
  type Settings,
} from "@fleetbus/core";
import { builtInAdapters } from "@fleetbus/adapters";
import type { Context } from "../command/context.ts";

/** What holds on this machine, with the two names that everything needs. */
export interface MachineSettings extends Settings {
  readonly machine: string;
  readonly ns: string;
  readonly file: LoadedConfig | undefined;
}

/** A config file that is not read yet. */
export interface WrittenConfig {
  readonly text: string;
  readonly file: ConfigFile;
}

/** The config file under the environment, as the daemon reads it. Rejects with `config` and all problems at once. */
export async function readSettings(context: Context): Promise<MachineSettings> {
  const file = await readConfigFile(context.paths().configFile);
  const host = slug(hostname().split(".")[0] ?? "");
  const settings = resolveSettings({ env: context.world.env, file, defaults: { machine: host } });
  return { ...settings, file, machine: settings.config.machine ?? host, ns: settings.config.ns };
}

/** The file alone, checked with the built-in adapters' own keys; undefined where there is none. */
export async function readConfigFile(path: string): Promise<LoadedConfig | undefined> {
  const written = await readConfigText(path);
  return written === undefined ? undefined : loadConfig(written.text, written.file, builtInForms());
}

/** Its text, and who can read it; undefined where there is none. Rejects with `config`. */
export async function readConfigText(path: string): Promise<WrittenConfig | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error("it is no regular file");
    return { text: await readFile(path, "utf8"), file: { path, mode: found.mode } };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new FleetError("config", `reading ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** How the own keys of the adapters that ship with fleet are read, by type. */
export function builtInForms(): AdapterSchemas {
  return Object.fromEntries(builtInAdapters.map(({ spec }) => [spec.type, spec]));
}
