import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import { z } from "zod";

type Env = Readonly<Record<string, string | undefined>>;

/** How to reach a server, as a context of the `nats` CLI says it. Paths are absolute; nothing is read from them here. */
export interface ServerContext {
  readonly name: string;
  /** As it stands there: one URL, or several with commas. */
  readonly url: string;
  readonly servers: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Path of a creds file. */
  readonly creds?: string;
  /** Path of a file with an nkey seed. */
  readonly nkey?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly jsDomain?: string;
  readonly apiPrefix?: string;
  readonly inboxPrefix?: string;
}

const text = z.string().optional();
const fileSchema = z.object({
  url: text,
  user: text,
  password: text,
  token: text,
  creds: text,
  nkey: text,
  cert: text,
  key: text,
  ca: text,
  nsc: text,
  jetstream_domain: text,
  jetstream_api_prefix: text,
  inbox_prefix: text,
});
type ContextFile = z.infer<typeof fileSchema>;

const defaultUrl = "nats://127.0.0.1:4222";

/**
 * Reads a context of the `nats` CLI, by default the selected one (ECOSYSTEM.md, CLI conventions). Never writes there.
 * Throws `not_found` with the names that exist, `usage` where none is selected, `config` for a file that cannot be used.
 */
export async function readContext(name: string | undefined, env: Env): Promise<ServerContext> {
  const folder = configDir(env);
  const chosen = name ?? (await selectedContext(env));
  if (chosen === undefined) {
    throw new FleetError("usage", `choosing a context: none is selected in ${folder}; name one`, {
      details: { candidates: await contextNames(env) },
    });
  }
  const file = join(folder, "context", `${chosen}.json`);
  return contextOf(chosen, parse(await readOrExplain(chosen, file, env), file), { file, env });
}

/** The contexts that exist, sorted; none where the CLI was never used. */
export async function contextNames(env: Env): Promise<readonly string[]> {
  const files = await readdir(join(configDir(env), "context")).catch(() => []); // no such folder
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/** The context that the CLI would take. */
export async function selectedContext(env: Env): Promise<string | undefined> {
  const chosen = await readFile(join(configDir(env), "context.txt"), "utf8").catch(() => ""); // none selected
  return chosen.trim() || undefined;
}

function configDir(env: Env): string {
  return join(env["XDG_CONFIG_HOME"] || join(home(env), ".config"), "nats");
}

function home(env: Env): string {
  return env["HOME"] || homedir();
}

async function readOrExplain(name: string, file: string, env: Env): Promise<string> {
  try {
    if (name.includes("/") || name.includes("..")) throw new Error("not a context's name");
    return await readFile(file, "utf8");
  } catch (error) {
    const candidates = await contextNames(env);
    const known = candidates.length === 0 ? "there is none" : `there are ${candidates.join(", ")}`;
    throw new FleetError("not_found", `reading context "${name}" (${file}): ${known}`, {
      cause: error,
      details: { candidates },
    });
  }
}

function parse(content: string, file: string): ContextFile {
  try {
    return fileSchema.parse(JSON.parse(content));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new FleetError("config", `reading ${file}: ${reason}`, { cause: error });
  }
}

interface Place {
  readonly file: string;
  readonly env: Env;
}

function contextOf(name: string, raw: ContextFile, place: Place): ServerContext {
  if (raw.nsc && !raw.creds) {
    throw new FleetError(
      "config",
      `reading ${place.file}: it takes its credential from nsc, which fleet does not run; set "creds"`,
    );
  }
  const url = raw.url || defaultUrl;
  const servers = url.split(",").map((server) => server.trim());
  return {
    name,
    url,
    servers: servers.filter((server) => server !== ""),
    ...withoutEmpty({ user: raw.user, password: raw.password, token: raw.token }),
    ...withoutEmpty({
      creds: pathOf(raw.creds, place),
      nkey: pathOf(raw.nkey, place),
      cert: pathOf(raw.cert, place),
      key: pathOf(raw.key, place),
      ca: pathOf(raw.ca, place),
    }),
    ...withoutEmpty({
      jsDomain: raw.jetstream_domain,
      apiPrefix: raw.jetstream_api_prefix,
      inboxPrefix: raw.inbox_prefix,
    }),
  };
}

function pathOf(value: string | undefined, { file, env }: Place): string | undefined {
  if (!value) return undefined;
  const path = value.replace(/^file:\/\//, "").replace(/^~(?=\/|$)/, home(env));
  if (isAbsolute(path)) return path;
  // Newer CLIs take references to secret stores here; relative paths mean another file in each folder.
  throw new FleetError("config", `reading ${file}: "${value}" is no absolute path of a file`);
}

/** An empty string in a context means: not set. */
function withoutEmpty<K extends string>(
  fields: Readonly<Record<K, string | undefined>>,
): { readonly [key in K]?: string } {
  const set: { [key in K]?: string } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value) set[key] = value;
  }
  return set;
}
