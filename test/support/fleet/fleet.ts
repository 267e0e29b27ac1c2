import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathsOf, systemClock, type Paths } from "@fleetbus/core";
import { openCredentials } from "@fleetbus/daemon/server";
import { installClient } from "@fleetbus/hooks";
import { z } from "zod";
import { eventually, type TestTmux } from "../tmux.ts";
import { agentTmux, startDemoAgent, type DemoAgent } from "./agent.ts";
import { callApi, type ApiAnswer } from "./api.ts";
import { daemonProcess, type DaemonProcess } from "./daemon.ts";
import { buildPrograms } from "./programs.ts";

/** A fleet of a test's own: its own home, daemon, server, agents. */
export interface Fleet {
  readonly home: string;
  readonly paths: Paths;
  readonly daemon: DaemonProcess;
  /** The environment in which the daemon runs, and another one may. */
  readonly env: Readonly<Record<string, string>>;
  readonly program: string;
  /** The demo agent. */
  readonly agent: string;
  /** The `fleet` command of this very tree. */
  readonly command: string;
  /** The installed hook client. */
  readonly client: string;
  api(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** The managed nats-server's process, as its own file says; of one that is just being restarted, soon. */
  serverPid(): Promise<number>;
  /** How an independent client reaches the server as its hub. */
  hub(): Promise<{ readonly url: string; readonly creds: string }>;
  /** The server of the panes; undefined before the first agent in one. */
  tmux(): TestTmux | undefined;
  startAgent(options: AgentOptions): Promise<DemoAgent>;
  /** Resolves when the daemon lists the session in one of these states. */
  untilState(name: string, states: readonly string[], timeoutMs?: number): Promise<void>;
  /** Ends everything and removes the home. */
  close(): Promise<void>;
}

/** One more agent. */
export interface AgentOptions {
  readonly name: string;
  readonly modelUrl: string;
  /** In a pane of the fleet's own tmux. */
  readonly isInTmux?: boolean;
  /** Without the waiting hook it can only be woken by typing; true unless said. */
  readonly hasWaiter?: boolean;
  /** Time-out of its hooks, in seconds. */
  readonly timeoutS?: number;
  /** What its hooks call instead of the installed client. */
  readonly client?: string;
}

/** How to start a fleet. */
export interface FleetOptions {
  /** `fleet.toml`. */
  readonly config?: string;
  /** More environment for the daemon. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files that stand for packages, as `@fleetbus/adapters`. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** What a test of storms needs: no guard stands in its way. */
export const noGuards = `
[wake]
per_session = "100000/h"
fleet = "100000/h"
[policy]
per_pair = "100000/m"
max_hops = 1000
`;

/** Between two runs of the server there is no file, or an empty one. */
async function pidIn(file: string): Promise<number | undefined> {
  const pid = Number(await readFile(file, "utf8").catch(() => ""));
  return pid > 0 ? pid : undefined;
}

/** Starts a fleet; resolves when its daemon answers. */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const { config = noGuards, env: more = {}, alias } = options;
  const programs = await buildPrograms(alias);
  const home = await mkdtemp(join(tmpdir(), "fleet-e2e-"));
  const env = environment(home, more);
  const paths = pathsOf(env);
  await writeFile(paths.configFile, config);
  const { file: client } = await installClient(paths, { platform: process.platform });
  const daemon = daemonProcess({ argv: [programs.daemon], env });
  const agents: DemoAgent[] = [];
  let tmux: TestTmux | undefined;
  const api: Fleet["api"] = (method, path, body) => callApi({ socket: paths.socketFile, method, path, body });
  const close = async () => {
    await Promise.all(agents.map((agent) => agent.kill()));
    await tmux?.kill();
    await stopDaemon(daemon, api);
    // To look at what a failed test left: its logs, journal and spool.
    const folders = process.env["FLEET_TEST_KEEP"] === "1" ? [programs.folder] : [home, programs.folder];
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
  };
  try {
    await daemon.start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...{ home, paths, daemon, env, client, api, close, program: programs.daemon, command: programs.command },
    agent: programs.agent,
    serverPid: () =>
      eventually(
        () => pidIn(join(paths.serverDir, "nats-server.pid")),
        () => "the server's pid",
      ),
    hub: async () => {
      const { url } = statusSchema.parse((await api("GET", "/v1/status")).json).server;
      return { url, creds: (await openCredentials({ paths, clock: systemClock })).hubCredentials() };
    },
    tmux: () => tmux,
    startAgent: async ({ name, modelUrl, isInTmux = false, client: calls = client, ...settings }) => {
      if (isInTmux) tmux ??= await agentTmux();
      const place = {
        name,
        modelUrl,
        client: calls,
        ...settings,
        folder: join(home, "agents"),
        program: programs.agent,
        fleetHome: home,
      };
      await mkdir(place.folder, { recursive: true });
      const agent = await startDemoAgent({ ...place, tmux: isInTmux ? tmux : undefined });
      agents.push(agent);
      return agent;
    },
    untilState: (name, states, timeoutMs = 30_000) => untilState({ api, name, states }, timeoutMs),
  };
}

const statusSchema = z.object({ server: z.object({ url: z.string() }) });
const sessionsSchema = z.object({ items: z.array(z.object({ name: z.string(), state: z.string() })) });

/** The environment of everything in a fleet's home. */
export function environment(home: string, more: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = "/usr/bin:/bin", FLEET_NATS_SERVER = "" } = process.env;
  const servers = FLEET_NATS_SERVER.slice(0, FLEET_NATS_SERVER.lastIndexOf("/"));
  return { PATH: `${servers}:${PATH}`, HOME: home, FLEET_HOME: home, FLEET_MACHINE: "lab", ...more };
}

async function untilState(
  { api, name, states }: Pick<Fleet, "api"> & { readonly name: string; readonly states: readonly string[] },
  timeoutMs: number,
): Promise<void> {
  let last = "";
  const look = async () => {
    const answer = await api("GET", "/v1/sessions").catch(() => undefined); // between two daemons
    const items = answer?.status === 200 ? sessionsSchema.parse(answer.json).items : [];
    last = items.find((item) => item.name === name)?.state ?? "unknown";
    return states.includes(last) ? true : undefined;
  };
  await eventually(look, () => `${name} to be ${states.join(" or ")}; it is ${last}`, timeoutMs);
}

/** With its server; a daemon that was killed is started once more to end it. */
async function stopDaemon(daemon: DaemonProcess, api: Fleet["api"]): Promise<void> {
  await daemon.start().catch(() => undefined); // it never ran: it has no server either
  if (!daemon.isRunning) return;
  await api("POST", "/v1/stop", { server: true }).catch(() => undefined); // it ends while it answers
  await eventually(
    () => (daemon.isRunning ? undefined : true),
    () => "the daemon to stop",
    30_000,
  ).catch(() => daemon.kill("SIGKILL"));
}
