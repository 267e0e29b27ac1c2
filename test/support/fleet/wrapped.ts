import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openTerminal, type TestTerminal } from "../pty.ts";
import { root } from "../tree.ts";
import type { Fleet } from "./fleet.ts";
import { demoSettings } from "./settings.ts";

/** A demo agent that a person started by `fleet wrap` in a terminal of theirs, outside of any multiplexer. */
export interface WrappedAgent {
  readonly name: string;
  /** Its process is that of `fleet wrap`. */
  readonly terminal: TestTerminal;
}

/** What it is to be. */
export interface WrappedOptions {
  readonly name: string;
  readonly modelUrl: string;
}

/** Lets the fleet's command find the library of terminals, as an installation beside its packages does. */
export async function linkLibraries(fleet: Pick<Fleet, "command">): Promise<void> {
  await symlink(join(root, "node_modules"), join(dirname(fleet.command), "node_modules"));
}

/** What to wrap. */
export interface Wrapping {
  /** Of its folder. */
  readonly name: string;
  readonly argv: readonly string[];
  /** Of `fleet wrap`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command by `fleet wrap` of this fleet, in a folder of its own. */
export async function wrapCommand(
  fleet: Pick<Fleet, "home" | "env" | "command">,
  { name, argv, flags = [], env = {} }: Wrapping,
): Promise<TestTerminal> {
  const cwd = join(fleet.home, "agents", name);
  await mkdir(cwd, { recursive: true });
  const wrapped = [process.execPath, fleet.command, "wrap", ...flags, "--", ...argv];
  return openTerminal(wrapped, { env: { ...fleet.env, FLEET_NO_AUTOSTART: "1", ...env }, cwd });
}

/** The program of a demo agent that can be woken by typing only, and the environment that it runs in. */
export async function demoAgent(
  fleet: Pick<Fleet, "home" | "client" | "command">,
  { name, modelUrl }: WrappedOptions,
): Promise<{ readonly file: string; readonly env: Readonly<Record<string, string>> }> {
  const folder = join(fleet.home, "agents");
  const settings = join(folder, `settings-${name}.json`);
  await mkdir(folder, { recursive: true });
  await writeFile(settings, JSON.stringify(demoSettings(fleet.client, { hasWaiter: false })));
  const env = { FLEET_DEMO_HOME: folder, FLEET_DEMO_SETTINGS: settings, FLEET_DEMO_MODEL: modelUrl };
  return { file: join(dirname(fleet.command), "agent.mjs"), env };
}

/** Starts it. Resolves when it is idle. */
export async function startWrapped(fleet: Fleet, options: WrappedOptions): Promise<WrappedAgent> {
  const { name } = options;
  const { file, env } = await demoAgent(fleet, options);
  const terminal = await wrapCommand(fleet, { name, argv: [process.execPath, file], env });
  await fleet.untilState(name, ["idle"]);
  return { name, terminal };
}
