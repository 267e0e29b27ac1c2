import { readFile } from "node:fs/promises";
import {
  FleetError,
  messageOf,
  revealSecret,
  type AdapterLog,
  type Clock,
  type FleetConfig,
  type Paths,
} from "@fleetbus/core";
import { readServers, type ConnectOptions } from "@fleetbus/core/bus";
import {
  findServer,
  openCredentials,
  readContext,
  startServer,
  type Credentials,
  type ManagedServer,
  type ServerContext,
} from "../../server/index.ts";
import type { ServerChoice } from "./server-choice.ts";
import type { ReportStage } from "./stage.ts";

/** The server that a daemon works with: one that it runs itself, or somebody else's. */
export interface JoinedServer {
  /** Without what is secret in it: it is printed. */
  readonly url: string;
  /** How to get in. */
  readonly access: Access;
  readonly managed: ManagedServer | undefined;
  /** Mints credentials for sessions; only on a server of fleet's own. */
  readonly minted: Credentials | undefined;
}

type Access = Pick<ConnectOptions, "credentials" | "tls" | "apiPrefix" | "inboxPrefix">;

/** What joining needs. */
export interface JoinDeps {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: FleetConfig["server"];
  readonly clock: Clock;
  readonly log: AdapterLog;
  readonly onStage: ReportStage;
  readonly signal: AbortSignal;
}

/** Finds and starts the managed server, or reads how to reach the one that was chosen (DESIGN §9). */
export async function joinServer(choice: ServerChoice, deps: JoinDeps): Promise<JoinedServer> {
  if (choice.connect !== undefined) return fromUrl(choice.connect, deps);
  if (choice.context !== undefined) return fromContext(choice.context, deps);
  return startManaged(deps);
}

async function startManaged(deps: JoinDeps): Promise<JoinedServer> {
  const { paths, clock, log, signal } = deps;
  const binary = deps.config.binary ?? (await foundServer(deps));
  const minted = await openCredentials({ paths, clock });
  const managed = await startServer({ paths, binary, trust: minted.trust, log, clock, signal });
  const access = { credentials: { creds: minted.hubCredentials() } };
  return { url: managed.status().url, access, managed, minted };
}

async function foundServer({ paths, env, signal, onStage }: JoinDeps): Promise<string> {
  const progress = ({ step, state, detail }: { step: string; state: string; detail: string }) => {
    onStage({ stage: `server: ${step}`, state, detail });
  };
  return (await findServer({ paths, env, progress, signal, fetch })).path;
}

async function fromUrl(text: string, { config, env }: JoinDeps): Promise<JoinedServer> {
  const { urls, credentials } = readServers(text);
  const sources = { env, readFile: (path: string) => readFile(path, "utf8") };
  const creds = config.creds === undefined ? undefined : { creds: await revealSecret(config.creds, sources) };
  return foreign(urls.join(","), accessOf({ credentials: creds ?? credentials }));
}

async function fromContext(name: string, { env }: JoinDeps): Promise<JoinedServer> {
  const context = await readContext(name, env);
  const { urls, credentials } = readServers(context.url);
  const { ca: caFile, cert: certFile, key: keyFile, jsDomain, inboxPrefix } = context;
  const tls = withoutUndefined({ caFile, certFile, keyFile });
  const access = accessOf({
    credentials: (await credentialsIn(context)) ?? credentials,
    tls: Object.keys(tls).length === 0 ? undefined : tls,
    apiPrefix: context.apiPrefix ?? (jsDomain === undefined ? undefined : `$JS.${jsDomain}.API`),
    inboxPrefix,
  });
  return foreign(urls.join(","), access);
}

async function credentialsIn(context: ServerContext): Promise<Access["credentials"]> {
  const { creds, nkey, user, password = "", token } = context;
  if (creds !== undefined) return { creds: await secretFile(creds, context) };
  if (nkey !== undefined) return { nkeySeed: (await secretFile(nkey, context)).trim() };
  if (user !== undefined) return { user, password };
  return token === undefined ? undefined : { token };
}

async function secretFile(path: string, { name }: ServerContext): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw new FleetError("config", `reading ${path} of context "${name}": ${messageOf(error)}`, {
      cause: error,
    });
  });
}

function foreign(url: string, access: Access): JoinedServer {
  return { url, access, managed: undefined, minted: undefined };
}

function accessOf(fields: { readonly [Name in keyof Access]: Access[Name] | undefined }): Access {
  return withoutUndefined(fields);
}

type Defined<Fields> = { readonly [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function withoutUndefined<Fields extends object>(fields: Fields): Defined<Fields>;
function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
