import type { AdapterSchemas } from "./adapter-forms.ts";
import { adapterSecrets } from "./check-adapters.ts";
import { isRecord, jsonSchemaOf, placesOf, secretPathsOf, valueAt, type Place } from "./json-schema.ts";
import type { LoadedConfig } from "./load.ts";
import { formatPath } from "./positions.ts";
import { placed, type Problem } from "./problems.ts";
import { configSchema } from "./schema.ts";
import { isSecretReference, revealSecret, type SecretSources } from "./secret.ts";
import { messageOf } from "../errors/fleet-error.ts";

/**
 * Secrets that a config names and that are not there, each with its place and the way out; those of adapters that are
 * switched off are not looked at. What they hold is read and forgotten. Rejects never.
 */
export async function absentSecrets(
  { raw, positions }: Pick<LoadedConfig, "raw" | "positions">,
  adapters: AdapterSchemas,
  sources: SecretSources,
): Promise<readonly Problem[]> {
  const own = secretPathsOf(jsonSchemaOf(configSchema)).flatMap((path) => placesOf(raw, path));
  const places = [...own, ...adapterSecrets(raw, adapters)].filter((place) => isWanted(raw, place));
  const found = await Promise.all(places.map((place) => problemOf(place, sources)));
  return found.flatMap((problem) => (problem === undefined ? [] : [placed(problem, positions)]));
}

function isWanted(raw: unknown, { path: [table, index], value }: Place): boolean {
  if (typeof value !== "string" || !isSecretReference(value)) return false;
  const entry = table === "adapter" && index !== undefined ? valueAt(raw, [table, index]) : undefined;
  return !isRecord(entry) || entry["enabled"] !== false;
}

async function problemOf({ path, value }: Place, sources: SecretSources): Promise<Problem | undefined> {
  if (typeof value !== "string") return undefined;
  try {
    await revealSecret(value, sources);
    return undefined;
  } catch (error) {
    const way = value.startsWith("env:")
      ? "set it where the daemon is started, or write file:/path"
      : "put the secret there, for the daemon's user to read";
    return { path: formatPath(path), message: `${messageOf(error)}; ${way}` };
  }
}
