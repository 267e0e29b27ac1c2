import { FleetError } from "../errors/fleet-error.ts";
import { isRecord, jsonSchemaOf, valueAt } from "./json-schema.ts";
import type { LoadedConfig } from "./load.ts";
import { formatPath } from "./positions.ts";
import { formatProblem, problemsOf } from "./problems.ts";
import { configSchema, type FleetConfig } from "./schema.ts";
import { printableSecret } from "./secret.ts";

/** Where a setting can be said beside the config file (DESIGN §10): its flag, and its environment variable if it has one. */
export const settingSources = [
  { key: "ns", env: "FLEET_NS", flag: "--ns" },
  { key: "machine", env: "FLEET_MACHINE", flag: "--machine" },
  { key: "server.url", env: "FLEET_URL", flag: "--connect" },
  { key: "server.context", env: undefined, flag: "--context" },
] as const;

/** A setting that a flag can say. */
export type SettingKey = (typeof settingSources)[number]["key"];

/** The layers, the first strongest (ECOSYSTEM.md, CLI conventions). */
export interface SettingsInput {
  readonly flags?: Partial<Readonly<Record<SettingKey, string | undefined>>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly file?: LoadedConfig | undefined;
  /** What the machine itself gives where nothing is said, as its host name for `machine`. */
  readonly defaults?: Partial<Readonly<Record<SettingKey, string | undefined>>>;
}

/** One value with where it comes from. */
export interface Setting {
  /** `wake.per_session`, `adapter[0].topic`. */
  readonly key: string;
  /** As it is or would be written; a literal secret is `[redacted]`, an absent value null. */
  readonly value: unknown;
  readonly origin: "flag" | "env" | "config" | "default";
  /** `--ns`, `FLEET_NS`, `/home/dev/.config/fleet/fleet.toml:3`; empty for a default. */
  readonly from: string;
}

/** What holds, and why. */
export interface Settings {
  readonly config: FleetConfig;
  readonly settings: readonly Setting[];
}

/** Puts flag > environment > config file > default together; throws `usage` for a flag or variable that cannot be. */
export function resolveSettings(input: SettingsInput): Settings {
  const said = settingSources.flatMap((source) => sayOf(source, input));
  const raw = said
    .toReversed()
    .reduce((inside, { key, value }) => withValue(inside, key.split("."), value), rawOf(input));
  const parsed = configSchema.safeParse(raw);
  if (!parsed.success) throw unusable(problemsOf(parsed.error.issues, undefined), said);
  const keys = [...leavesOf(jsonSchemaOf(configSchema)), ...tablesOf(raw)];
  return {
    config: parsed.data,
    settings: keys.map(({ key, path, fallback }) => settingOf({ key, path, fallback }, { raw, said, input })),
  };
}

interface Said {
  readonly key: string;
  readonly value: string;
  readonly origin: "flag" | "env";
  readonly from: string;
}

/** The strongest word outside the file on one setting; an empty variable is an unset one. */
function sayOf({ key, env, flag }: (typeof settingSources)[number], input: SettingsInput): readonly Said[] {
  const byFlag = input.flags?.[key];
  if (byFlag !== undefined) return [{ key, value: byFlag, origin: "flag", from: flag }];
  const byEnv = env === undefined ? undefined : input.env?.[env];
  return byEnv === undefined || byEnv === "" ? [] : [{ key, value: byEnv, origin: "env", from: env ?? "" }];
}

type Raw = Readonly<Record<string, unknown>>;

function rawOf({ file, defaults = {} }: SettingsInput): Raw {
  return Object.entries(defaults).reduce<Raw>((raw, [key, value]) => {
    const path = key.split(".");
    return value === undefined || valueAt(raw, path) !== undefined ? raw : withValue(raw, path, value);
  }, file?.raw ?? {});
}

function withValue(raw: Raw, [first = "", ...rest]: readonly string[], value: string): Raw {
  const inside = raw[first];
  return {
    ...raw,
    [first]: rest.length === 0 ? value : withValue(isRecord(inside) ? inside : {}, rest, value),
  };
}

function unusable(
  problems: readonly { readonly path: string; readonly message: string }[],
  said: readonly Said[],
): FleetError {
  const lines = problems.map((problem) => {
    const source = said.find(({ key }) => key === problem.path);
    return formatProblem({
      ...problem,
      path: source === undefined ? problem.path : `${source.from}=${source.value}`,
    });
  });
  return new FleetError("usage", `reading settings: ${lines.join("; ")}`, { details: { problems } });
}

interface Leaf {
  readonly key: string;
  readonly path: readonly PropertyKey[];
  readonly fallback: unknown;
}

/** Every single value that the schema knows, with its default. */
function leavesOf(schema: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (!isRecord(schema) || !isRecord(schema["properties"])) {
    const fallback = isRecord(schema) ? (schema["default"] ?? null) : null;
    return [{ key: formatPath(path), path, fallback }];
  }
  return Object.entries(schema["properties"])
    .filter(([, node]) => !isTableList(node))
    .flatMap(([key, node]) => leavesOf(node, [...path, key]));
}

function isTableList(node: unknown): boolean {
  return isRecord(node) && isRecord(node["items"]) && isRecord(node["items"]["properties"]);
}

/** The values of the lists of tables that are there: sessions and adapters. */
function tablesOf(raw: Raw): readonly Leaf[] {
  return ["session", "adapter"].flatMap((list) => {
    const entries: readonly unknown[] = Array.isArray(raw[list]) ? raw[list] : [];
    return entries.flatMap((entry, index) => {
      const keys = isRecord(entry) ? Object.keys(entry) : [];
      return keys.map((key) => ({
        key: formatPath([list, index, key]),
        path: [list, index, key],
        fallback: null,
      }));
    });
  });
}

interface Layers {
  readonly raw: Raw;
  readonly said: readonly Said[];
  readonly input: SettingsInput;
}

function settingOf({ key, path, fallback }: Leaf, { raw, said, input: { file } }: Layers): Setting {
  const source = said.find((one) => one.key === key);
  if (source !== undefined) {
    return { key, value: printable(source.value), origin: source.origin, from: source.from };
  }
  const isWritten = file !== undefined && valueAt(file.raw, path) !== undefined;
  if (!isWritten) return { key, value: valueAt(raw, path) ?? fallback, origin: "default", from: "" };
  const line = file.positions.get(key)?.line;
  const from = line === undefined ? file.file.path : `${file.file.path}:${line}`;
  return { key, value: printable(valueAt(raw, path), path, file.secrets), origin: "config", from };
}

/** A value without its secrets, also without the user and password of an address. */
function printable(
  value: unknown,
  path: readonly PropertyKey[] = [],
  secrets: readonly string[] = [],
): unknown {
  if (secrets.includes(formatPath(path))) return printableSecret(value);
  if (typeof value === "string") return value.replace(/(:\/\/)[^/@\s]*@/g, "$1[redacted]@");
  if (Array.isArray(value)) return value.map((inside, index) => printable(inside, [...path, index], secrets));
  if (!isRecord(value) || value instanceof Date) return value;
  const inside = Object.entries(value).map(([key, one]) => [key, printable(one, [...path, key], secrets)]);
  return Object.fromEntries(inside);
}
