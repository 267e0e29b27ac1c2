import { readFile } from "node:fs/promises";
import { FleetError, type AdapterLog, type Clock, type Paths } from "@fleetbus/core";
import {
  findServer,
  openCredentials,
  readContext,
  startServer,
  type Credentials,
  type ManagedServer,
} from "../server/index.ts";
import type { ReportStage } from "./stage.ts";

/** The server that a daemon works with: one that it runs itself, or somebody else's. */
export interface JoinedServer {
  readonly url: string;
  readonly credentials: string | undefined;
  readonly managed: ManagedServer | undefined;
  /** Mints credentials for sessions; only on a server of fleet's own. */
  readonly minted: Credentials | undefined;
}

/** Which server is wanted; none: the managed one. */
export interface ServerChoice {
  readonly connect: string | undefined;
  readonly context: string | undefined;
}

/** What joining needs. */
export interface JoinDeps {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: AdapterLog;
  readonly onStage: ReportStage;
  readonly signal: AbortSignal;
}

/** Finds and starts the managed server, or reads how to reach the one that was named (DESIGN §9). */
export async function joinServer(choice: ServerChoice, deps: JoinDeps): Promise<JoinedServer> {
  if (choice.connect !== undefined && choice.context !== undefined) {
    throw new FleetError("usage", "choosing a server: give --connect or --context, not both");
  }
  if (choice.context !== undefined) return fromContext(choice.context, deps);
  if (choice.connect !== undefined)
    return { url: choice.connect, credentials: undefined, managed: undefined, minted: undefined };
  return startManaged(deps);
}

async function startManaged(deps: JoinDeps): Promise<JoinedServer> {
  const { paths, env, clock, log, signal, onStage } = deps;
  const progress = ({ step, state, detail }: { step: string; state: string; detail: string }) => {
    onStage({ stage: `server: ${step}`, state, detail });
  };
  const found = await findServer({ paths, env, progress, signal, fetch });
  const minted = await openCredentials({ paths, clock });
  const managed = await startServer({ paths, binary: found.path, trust: minted.trust, log, clock, signal });
  return { url: managed.status().url, credentials: minted.hubCredentials(), managed, minted };
}

async function fromContext(name: string, { env }: JoinDeps): Promise<JoinedServer> {
  const context = await readContext(name, env);
  const credentials = context.creds === undefined ? undefined : await readFile(context.creds, "utf8");
  return { url: context.url, credentials, managed: undefined, minted: undefined };
}
