import type { AdapterSchemas } from "./adapter-forms.ts";
import { adapterSecrets, checkAdapters } from "./check-adapters.ts";
import { checkReplies } from "./check-replies.ts";
import { checkVia } from "./check-via.ts";
import { jsonSchemaOf, placesOf, secretPathsOf, type Place } from "./json-schema.ts";
import { formatPath, positionsOf, type Position } from "./positions.ts";
import { placed, problemsOf, type Problem } from "./problems.ts";
import { configSchema, type FleetConfig } from "./schema.ts";
import { isSecretReference } from "./secret.ts";
import { parseToml, problemError } from "./toml.ts";

/** The file that a config text is from. */
export interface ConfigFile {
  readonly path: string;
  /** Its permission bits; absent, nothing is said of who can read its secrets. */
  readonly mode?: number | undefined;
}

/** A config that has no problems. */
export interface LoadedConfig {
  readonly file: ConfigFile;
  readonly config: FleetConfig;
  /** As it is written, for `resolveSettings`. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly positions: ReadonlyMap<string, Position>;
  /** Where secrets stand, as `adapter[0].token`. */
  readonly secrets: readonly string[];
}

/**
 * Reads the text of a fleet.toml (DESIGN §11): the whole file is checked, adapters' own keys too where their schemas are
 * given. Throws `config` with every problem in its message, and in `details.problems` with path, line and column.
 */
export function loadConfig(text: string, file: ConfigFile, adapters: AdapterSchemas = {}): LoadedConfig {
  const raw = parseToml(text, file);
  const positions = positionsOf(text);
  const parsed = configSchema.safeParse(raw);
  const secrets = secretsOf(raw, adapters);
  const problems = [
    ...problemsOf(parsed.error?.issues ?? [], jsonSchemaOf(configSchema)),
    ...checkAdapters(raw, adapters),
    ...checkVia(raw, adapters),
    ...checkReplies(raw, adapters),
    ...exposed(secrets, file),
  ];
  if (!parsed.success || problems.length > 0) {
    throw problemError(
      file,
      problems.map((problem) => placed(problem, positions)),
    );
  }
  return { file, config: parsed.data, raw, positions, secrets: secrets.map(({ path }) => formatPath(path)) };
}

function secretsOf(raw: unknown, adapters: AdapterSchemas): readonly Place[] {
  const own = secretPathsOf(jsonSchemaOf(configSchema)).flatMap((path) => placesOf(raw, path));
  return [...own, ...adapterSecrets(raw, adapters)];
}

/** A literal secret is for its owner's eyes only (ECOSYSTEM.md, security 1). */
function exposed(secrets: readonly Place[], { mode }: ConfigFile): readonly Problem[] {
  if (mode === undefined || (mode & 0o077) === 0) return [];
  const literals = secrets.filter(({ value }) => typeof value === "string" && !isSecretReference(value));
  const bits = (mode & 0o777).toString(8);
  const message = `a secret in a file that others can read (mode ${bits}): write env:NAME or file:/path, or chmod 600 it`;
  return literals.map(({ path }) => ({ path: formatPath(path), message }));
}
