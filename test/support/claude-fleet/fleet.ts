import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach } from "vitest";
import { pathsOf } from "@fleetbus/core";
import { findClaudeBinary } from "../claude-binary.ts";
import { privateTmux, type PrivateTmux } from "../claude-tmux.ts";
import { buildPrograms } from "../fleet/programs.ts";
import { startStubModel, type StubModel } from "../stub-model.ts";
import { fleetAsk, must, type FleetAsk } from "./ask.ts";
import { dropWaiters, trustBelow, writeUserSettings, type Rung } from "./settings.ts";
import { workers, type Worker, type WorkerOptions, type Workers } from "./workers.ts";

/** What a test changes of the usual fleet. */
export interface FleetOptions {
  readonly without?: readonly Rung[];
  /** Merged into the user's settings before fleet's hooks are installed. */
  readonly settings?: object;
  /** False: fleet's hooks are not installed yet. */
  readonly hooked?: boolean;
}

/** A daemon with its server, a user's settings with fleet's hooks, a stub model and a private tmux for real CLIs. */
export interface ClaudeFleet extends FleetAsk {
  readonly model: StubModel;
  readonly tmux: PrivateTmux;
  readonly launch: Workers["launch"];
  /** As `launch`; resolves when fleet lists it as idle. */
  start(name: string, options?: WorkerOptions): Promise<Worker>;
  /** What runs `fleet` in a shell, and the home it needs. */
  readonly commandLine: string;
  readonly fleetHome: string;
  /** What the daemon logged. */
  log(): Promise<string>;
}

/** The fleet of one group of tests. */
export interface FleetSuite {
  /** Starts it, for `beforeAll`; it ends with its group. */
  open(options?: FleetOptions): Promise<void>;
  /** The fleet; throws before it is open. */
  fleet(): ClaudeFleet;
}

/**
 * Call it at the top of a group: its tests are skipped, with the reason, where the pinned CLI is not at hand. The CLIs
 * that a test starts end with it, or where tests run side by side with the group.
 */
export function useFleet({ sideBySide = false } = {}): FleetSuite {
  const { path, reason } = findClaudeBinary(process.env);
  let opened: Opened | undefined;
  beforeEach((context) => context.skip(path === undefined, reason));
  afterEach(() => (sideBySide ? undefined : opened?.workers.end()));
  afterAll(async () => {
    await opened?.workers.end();
    await opened?.close();
  });
  return {
    async open(options = {}) {
      if (path !== undefined) opened = await startFleet(path, options);
    },
    fleet() {
      if (opened === undefined) throw new Error("no fleet was opened");
      return opened.fleet;
    },
  };
}

interface Opened {
  readonly fleet: ClaudeFleet;
  readonly workers: Workers;
  close(): Promise<void>;
}

/** All of it in a folder of its own, by the commands that a user runs. */
async function startFleet(binary: string, options: FleetOptions): Promise<Opened> {
  const { without = [], settings = {}, hooked = true } = options;
  const programs = await buildPrograms();
  const folder = await mkdtemp(join(tmpdir(), "fleet-claude-"));
  const home = join(folder, "home");
  const env = environment(home, join(folder, "fleet"));
  const model = await startStubModel({ logFile: join(folder, "model.jsonl") });
  const tmux = privateTmux(`fleet-claude-${process.pid}-${folder.slice(-6)}`);
  const ask = fleetAsk(programs.command, env);
  const place = { folder, home, binary, modelUrl: model.url, tmux, outsideTmux: without.includes("tmux") };
  const team = workers(place);
  const close = async () => {
    await tmux.kill();
    await ask.run("down");
    await model.close();
    for (const one of [folder, programs.folder])
      await rm(one, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    await writeUserSettings(home, { without, settings });
    await trustBelow(home, folder);
    await must(ask.run("up"));
    if (hooked) await must(ask.run("hooks", "install", "--claude", "--apply"));
    if (without.includes("rewake")) await dropWaiters(home);
  } catch (error) {
    await close();
    throw error;
  }
  const start: ClaudeFleet["start"] = async (name, how) => {
    const worker = await team.launch(name, how);
    await ask.untilState(name, "idle");
    return worker;
  };
  const log = () => readFile(pathsOf(env).logFile, "utf8");
  const commandLine = `${process.execPath} ${programs.command}`;
  const own = { model, tmux, launch: team.launch, start, log, commandLine, fleetHome: join(folder, "fleet") };
  return { fleet: { ...ask, ...own }, workers: team, close };
}

function environment(home: string, fleetHome: string): Record<string, string> {
  const server = process.env["FLEET_NATS_SERVER"];
  const folders = [...(server ? [dirname(server)] : []), process.env["PATH"] ?? ""];
  const own = { FLEET_HOME: fleetHome, FLEET_MACHINE: "lab", NO_COLOR: "1" };
  return { HOME: home, PATH: folders.join(delimiter), ...own };
}
