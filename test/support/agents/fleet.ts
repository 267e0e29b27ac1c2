import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathsOf } from "@fleetbus/core";
import { execa } from "execa";
import { afterAll, beforeEach } from "vitest";
import { fleetAsk, must, type FleetAsk } from "../claude-fleet/ask.ts";
import { privateTmux, type PrivateTmux } from "../claude-tmux.ts";
import { until } from "../claude.ts";
import { buildPrograms } from "../fleet/programs.ts";
import { root } from "../tree.ts";
import { agentsPath } from "./cache.mjs";
import type { AgentCli } from "./clis.ts";
import { endAllOf } from "./end-all.ts";
import { recordedIn, recordPayloads, type Recorded } from "./recorder.ts";
import { startAgentModel, type AgentModel } from "./stub-server.ts";

/** A session of a real CLI in a pane. */
export interface Agent {
  /** The CLI's process. */
  readonly pid: number;
  /** The tmux pane. */
  readonly pane: string;
  readonly project: string;
  /** The text on its screen. */
  screen(): Promise<string>;
  waitForScreen(pattern: RegExp): Promise<void>;
  /** Pastes the text into the composer, and waits for it there. */
  type(text: string): Promise<void>;
  /** As a person types it: the text, then Enter. */
  submit(text: string): Promise<void>;
  press(...keys: readonly string[]): Promise<void>;
}

/** A daemon with its server, fleet's hooks in one CLI's settings, a stub model and a private tmux. */
export interface AgentFleet extends FleetAsk {
  readonly model: AgentModel;
  readonly tmux: PrivateTmux;
  /** Gives the daemon another `fleet.toml`, which it takes without a restart. */
  configure(toml: string): Promise<void>;
  /** What the CLI has told its hooks so far; rejects where that is not recorded. */
  payloads(): Promise<readonly Recorded[]>;
  /**
   * Starts the CLI in a folder and window of that name; resolves when it takes prompts, and is listed as idle where it tells
   * of its start. `asks`: before each command. `isWrapped`: by `fleet wrap`, and its hooks know of no pane; the process is
   * that of `fleet wrap` then.
   */
  start(name: string, how?: StartOptions): Promise<Agent>;
}

/** How to start a CLI. */
export interface StartOptions {
  readonly asks?: boolean;
  readonly isWrapped?: boolean;
  /** Beside those that `asks` goes by. */
  readonly flags?: readonly string[];
}

/** The fleet of one group of tests. */
export interface AgentSuite {
  /** For `beforeAll`; it ends with its group. */
  open(): Promise<void>;
  fleet(): AgentFleet;
}

const programs = agentsPath(process.env);

/** What a group wants of its CLI's settings. */
export interface AgentExtras {
  /** A hook beside each of fleet's keeps what the CLI tells. */
  readonly isRecording?: boolean;
  /** What a person changes in the home after fleet's hooks are in. */
  readonly prepare?: (home: string) => Promise<void>;
}

/** Call it at the top of a group: its tests are skipped, with the reason, where the pinned CLIs are not at hand. */
export function useAgents(cli: AgentCli, more: AgentExtras = {}): AgentSuite {
  const isThere = existsSync(cli.program);
  const reason = `${cli.name} is not at ${cli.program}: npm run test:clis fetches it`;
  let opened: { readonly fleet: AgentFleet; close(): Promise<void> } | undefined;
  beforeEach((context) => context.skip(!isThere, reason));
  afterAll(() => opened?.close());
  return {
    open: async () => {
      if (isThere) opened = await startFleet(cli, more);
    },
    fleet: () => {
      if (opened === undefined) throw new Error("no fleet was opened");
      return opened.fleet;
    },
  };
}

/** All of it in a folder of its own, by the commands that a user runs. */
async function startFleet(cli: AgentCli, { isRecording = false, prepare }: AgentExtras) {
  const own = await buildPrograms();
  const folder = await mkdtemp(join(tmpdir(), `fleet-${cli.name}-`));
  const home = join(folder, "home");
  const model = await startAgentModel();
  const tmux = privateTmux(`fleet-${cli.name}-${process.pid}-${folder.slice(-6)}`);
  const env = environment(home, join(folder, "fleet"));
  const ask = fleetAsk(own.command, env);
  const close = async () => {
    await tmux.kill();
    if (cli.name === "codex")
      await execa("codex", ["app-server", "daemon", "stop"], { env, extendEnv: false, reject: false });
    await ask.run("down");
    await endAllOf(home);
    await model.close();
    for (const one of [folder, own.folder])
      await rm(one, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    await mkdir(home, { recursive: true });
    // As an installation finds its libraries beside it.
    await symlink(join(root, "node_modules"), join(own.folder, "node_modules"));
    await must(ask.run("up"));
    await must(ask.run("hooks", "install", `--${cli.name}`, "--apply"));
    if (isRecording) await recordPayloads(join(home, cli.settingsFile), join(folder, "payloads"));
    await prepare?.(home);
  } catch (error) {
    await close();
    throw error;
  }
  let isFirst = true;
  const start: AgentFleet["start"] = async (name, { asks = false, isWrapped = false, flags = [] } = {}) => {
    const project = join(folder, name);
    await mkdir(project, { recursive: true });
    await cli.prepare({ home, project, url: model.url });
    const variables = Object.entries({ ...env, ...cli.env({ home, url: model.url }) }).map(
      ([key, value]) => `${key}=${value}`,
    );
    const command = ["env", "-i", "TERM=xterm-256color", "LC_ALL=C.UTF-8", ...variables];
    const inPane = isWrapped
      ? ["FLEET_NO_AUTOSTART=1", process.execPath, own.command, "wrap", "--"]
      : ["TMUX=$TMUX", "TMUX_PANE=$TMUX_PANE"];
    const argv = [cli.program, ...(asks ? cli.asks.flags : cli.flags), ...flags];
    const shell = `exec ${[...command, ...inPane, ...argv].join(" ")}`;
    const size = ["-x", "100", "-y", "30"];
    const opened = await tmux.command(
      "new-session",
      "-d",
      "-P",
      "-F",
      "#{pane_id} #{pane_pid}",
      "-s",
      name,
      ...size,
      "-c",
      project,
      shell,
    );
    const [pane = "", pid = ""] = opened.trim().split(" ");
    const agent = agentIn(tmux, { pane, pid: Number(pid), project });
    await pass(cli, agent, isFirst);
    isFirst = false;
    // a composer that is drawn may still lose what is pasted: the hook of its start comes later
    if (!cli.startsWithPrompt) await ask.untilState(name, "idle", 30_000);
    return agent;
  };
  const configure = (toml: string) => writeFile(pathsOf(env).configFile, toml);
  const payloads = () => recordedIn(join(folder, "payloads"));
  return { fleet: { ...ask, model, tmux, start, configure, payloads }, close };
}

async function pass({ dialog, ready }: AgentCli, agent: Agent, isFirst: boolean): Promise<void> {
  if (isFirst && dialog !== undefined) await passDialog(dialog, agent);
  await agent.waitForScreen(ready);
}

/** It stands there before it listens: what it did not hear it is told again; an Enter before that takes another choice. */
async function passDialog({ shows, key }: NonNullable<AgentCli["dialog"]>, agent: Agent): Promise<void> {
  await agent.waitForScreen(shows);
  const isGone = async () => {
    if (!shows.test(await agent.screen())) return true;
    await agent.press(key);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const isChosen = (await agent.screen()).includes(`› ${key}`);
    if (isChosen) await agent.press("Enter");
    return false;
  };
  await until(isGone, { timeoutMs: 30_000, what: () => "the end of its dialog" });
}

function agentIn(tmux: PrivateTmux, where: Pick<Agent, "pane" | "pid" | "project">): Agent {
  const { pane } = where;
  const screen = () => tmux.command("capture-pane", "-p", "-t", pane);
  const press: Agent["press"] = async (...keys) =>
    void (await tmux.command("send-keys", "-t", pane, ...keys));
  const paste = async (text: string) => {
    await tmux.command("set-buffer", "-b", "typed", "--", text);
    await tmux.command("paste-buffer", "-p", "-d", "-b", "typed", "-t", pane);
  };
  const type: Agent["type"] = async (text) => {
    let seen = "";
    const isThere = async () => (seen = await screen()).includes(text.slice(0, 20));
    const what = () => `"${text}" in the composer:\n${seen}`;
    await paste(text);
    // a composer that is just being drawn anew (/clear in Gemini) loses what is pasted: a person types it again
    await until(isThere, { timeoutMs: 6000, what }).catch(() => paste(text));
    await until(isThere, { timeoutMs: 20_000, what });
  };
  return {
    ...{ ...where, screen, press, type },
    waitForScreen: async (pattern) => {
      let seen = "";
      const look = async () => pattern.test((seen = await screen()));
      await until(look, { timeoutMs: 60_000, what: () => `${String(pattern)} on the screen:\n${seen}` });
    },
    submit: async (text) => {
      await type(text);
      await new Promise((resolve) => setTimeout(resolve, 150)); // an Enter that comes sooner can be lost (HOOKS.md 5)
      await press("Enter");
    },
  };
}

function environment(home: string, fleetHome: string): Record<string, string> {
  const server = process.env["FLEET_NATS_SERVER"];
  const folders = [programs, ...(server ? [dirname(server)] : []), process.env["PATH"] ?? ""];
  const own = { FLEET_HOME: fleetHome, FLEET_MACHINE: "lab", NO_COLOR: "1" };
  return { HOME: home, PATH: folders.join(delimiter), ...own };
}
