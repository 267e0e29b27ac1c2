import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../alive.ts";
import { startTmux, type TestTmux } from "../tmux.ts";
import { demoSettings, type SettingsOptions } from "./settings.ts";

/** A running demo agent. */
export interface DemoAgent {
  /** The session's name: its folder's. */
  readonly name: string;
  readonly pid: number;
  readonly isRunning: boolean;
  /** Its pane, where it has one. */
  readonly pane: string | undefined;
  /** Types a line and submits it, as a person would. */
  prompt(text: string): Promise<void>;
  /** Presses Esc; what it then puts back into its composer is cleared. */
  escape(): Promise<void>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** The same again in the same folder, as a person would start it. */
  restart(): Promise<void>;
}

/** Where and how agents run. */
export interface AgentPlace extends SettingsOptions {
  readonly name: string;
  /** The folder of all agents; each has its own below it. */
  readonly folder: string;
  readonly program: string;
  readonly client: string;
  readonly modelUrl: string;
  readonly fleetHome: string;
  /** In a pane of this tmux; without one it reads its keys from a pipe. */
  readonly tmux?: TestTmux | undefined;
}

/** Starts an agent with fleet's hooks in its settings. */
export async function startDemoAgent(place: AgentPlace): Promise<DemoAgent> {
  const cwd = join(place.folder, place.name);
  await mkdir(cwd, { recursive: true });
  await writeFile(settingsOf(place), JSON.stringify(demoSettings(place.client, place)));
  const agent = place.tmux === undefined ? pipedAgent(place, cwd) : paneAgent(place.tmux, place, cwd);
  await agent.restart();
  return agent;
}

function settingsOf({ folder, name }: AgentPlace): string {
  return join(folder, `settings-${name}.json`);
}

function environment(place: AgentPlace): Record<string, string> {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const { folder, modelUrl, fleetHome } = place;
  const own = { FLEET_DEMO_HOME: folder, FLEET_DEMO_SETTINGS: settingsOf(place), FLEET_DEMO_MODEL: modelUrl };
  return { PATH, HOME: folder, FLEET_HOME: fleetHome, ...own };
}

function pipedAgent(place: AgentPlace, cwd: string): DemoAgent {
  let child: ChildProcess | undefined;
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const press = (keys: string) =>
    new Promise<void>((resolve) => {
      if (isRunning() && child?.stdin) child.stdin.write(keys, () => resolve());
      else resolve();
    });
  return {
    name: place.name,
    pane: undefined,
    get pid() {
      return child?.pid ?? 0;
    },
    get isRunning() {
      return isRunning();
    },
    prompt: (text) => press(`${text}\r`),
    escape: async () => {
      await press("\u001b");
      await pause(50);
      await press("\u0015");
    },
    kill: async () => {
      if (child === undefined || !isRunning()) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
    restart: async () => {
      child = spawn(process.execPath, [place.program], {
        cwd,
        env: environment(place),
        stdio: ["pipe", "ignore", "ignore"],
      });
      child.stdin?.on("error", () => undefined); // killed while something was typed
      await once(child, "spawn");
    },
  };
}

function paneAgent(tmux: TestTmux, place: AgentPlace, cwd: string): DemoAgent {
  const running = { pane: "", pid: 0 };
  const isRunning = () => running.pid !== 0 && isAlive(running.pid);
  return {
    name: place.name,
    get pane() {
      return running.pane;
    },
    get pid() {
      return running.pid;
    },
    get isRunning() {
      return isRunning();
    },
    prompt: async (text) => {
      await tmux.type(running.pane, text);
      await tmux.sendKeys(running.pane, "Enter");
    },
    escape: async () => {
      await tmux.sendKeys(running.pane, "Escape");
      await pause(50);
      await tmux.sendKeys(running.pane, "C-u");
    },
    kill: async () => {
      if (!isRunning()) return;
      process.kill(running.pid, "SIGKILL");
      while (isAlive(running.pid)) await pause(5);
    },
    restart: async () => {
      running.pane = await tmux.openPane({
        command: [process.execPath, place.program],
        cwd,
        env: environment(place),
      });
      running.pid = Number(await tmux.fact(running.pane, "pane_pid"));
    },
  };
}

/** A pane's server of its own, for agents that live in panes. */
export async function agentTmux(): Promise<TestTmux> {
  return startTmux();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
