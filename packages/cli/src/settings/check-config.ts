import { readFile } from "node:fs/promises";
import {
  absentSecrets,
  FleetError,
  loadConfig,
  placed,
  positionsOf,
  problemError,
  type LoadedConfig,
  type Problem,
} from "@fleetbus/core";
import { kindProblems, templateProblems } from "@fleetbus/daemon";
import type { World } from "../world/world.ts";
import { namedAdapters, type NamedAdapters } from "./known-forms.ts";
import { readConfigText, type WrittenConfig } from "./read-settings.ts";

/** How a file is looked at. */
export interface CheckOptions {
  /** Whether the secrets that it names are there, for this process. */
  readonly hasSecrets: boolean;
  readonly env: World["env"];
}

/**
 * Everything that a daemon would refuse, or start an adapter not by: keys, those of adapters of one's own too, templates,
 * kinds of events, secrets. Undefined where there is no file. Rejects with `config` and all problems at once.
 */
export async function checkConfig(path: string, options: CheckOptions): Promise<LoadedConfig | undefined> {
  const written = await readConfigText(path);
  if (written === undefined) return undefined;
  const named = await namedAdapters(written);
  const beside = await problemsBeside(written, named, options);
  const loaded = load(written, named, beside);
  const problems = [...templateProblems(loaded), ...beside];
  if (problems.length > 0) throw problemError(written.file, problems);
  return loaded;
}

/** Throws what is wrong with the file together with what was found beside. */
function load(
  { text, file }: WrittenConfig,
  { forms }: NamedAdapters,
  beside: readonly Problem[],
): LoadedConfig {
  try {
    return loadConfig(text, file, forms);
  } catch (error) {
    const own: unknown = error instanceof FleetError ? error.details["problems"] : undefined;
    throw isProblems(own) ? problemError(file, [...own, ...beside]) : error;
  }
}

/** What can be said of a file that has other problems too. */
async function problemsBeside(
  { text }: WrittenConfig,
  { raw, forms, failures }: NamedAdapters,
  { hasSecrets, env }: CheckOptions,
): Promise<readonly Problem[]> {
  if (raw === undefined) return [];
  const source = { raw, positions: positionsOf(text) };
  const unloaded = failures.map(({ index, error }) => {
    return placed({ path: `adapter[${index}].type`, message: error.message }, source.positions);
  });
  const sources = { env, readFile: (file: string) => readFile(file, "utf8") };
  const secrets = hasSecrets ? await absentSecrets(source, forms, sources) : [];
  return [...unloaded, ...kindProblems(source), ...secrets];
}

function isProblems(value: unknown): value is readonly Problem[] {
  return Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null);
}
