import { formatProblem, idleSettings, messageOf, type CheckResult } from "@fleetbus/core";
import { execa } from "execa";
import { hookableClis, type HookableCli } from "../clis/found.ts";
import { foundHooks, isByPlugin, obstacles } from "../clis/hooks-found.ts";
import type { Context } from "../command/context.ts";
import { readSettings } from "../settings/read-settings.ts";

const minimumNode = [20, 20] as const;

/** Whether this Node will do. */
export function nodeChecks(): Promise<readonly CheckResult[]> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOk = major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1]);
  const text = `node ${process.versions.node}`;
  return Promise.resolve([{ isOk, text, way: `install Node ${minimumNode.join(".")} or newer` }]);
}

/** Whether the config can be read. */
export async function configChecks(context: Context): Promise<readonly CheckResult[]> {
  const { configFile } = context.paths();
  try {
    const { file } = await readSettings(context);
    return [
      {
        isOk: true,
        text: file === undefined ? `config: none at ${configFile}, defaults hold` : `config ${configFile}`,
      },
      ...(file === undefined ? [] : idleSettings(file)).map((problem) => ({
        isOk: true,
        text: `config ${configFile}:${formatProblem(problem)}`,
      })),
    ];
  } catch (error) {
    return [
      { isOk: false, text: messageOf(error), way: "mend the file; fleet config validate shows all of it" },
    ];
  }
}

/** Whether the CLIs that are here tell fleet what they do. */
export async function hookChecks(context: Context): Promise<readonly CheckResult[]> {
  const found = (await hookableClis(context)).filter((cli) => cli.program !== undefined);
  if (found.length === 0)
    return [{ isOk: true, text: "hooks: no agent CLI that fleet has hooks for is on PATH" }];
  const checks = await Promise.all(
    found.map(async (cli) => [await hookCheck(cli), ...(await sandboxChecks(cli))]),
  );
  return checks.flat();
}

/** A woken session answers by running `fleet` in its CLI's shell. */
async function sandboxChecks(cli: HookableCli): Promise<readonly CheckResult[]> {
  try {
    const found = await cli.sandbox?.();
    if (found === undefined) return [];
    const { isReached: isOk, text, way } = found;
    return [{ isOk, text: `${cli.title}: ${text}`, ...(way === undefined ? {} : { way }) }];
  } catch (error) {
    return [{ isOk: false, text: `${cli.title}: ${messageOf(error)}`, way: `mend ${cli.settingsFile}` }];
  }
}

async function hookCheck(cli: HookableCli): Promise<CheckResult> {
  const way = `fleet hooks install --${cli.name} --apply`;
  try {
    const found = await foundHooks(cli);
    const { state, settings } = found;
    const asPlugin = isByPlugin(found) ? " as a plugin" : "";
    if (state !== "installed")
      return { isOk: false, text: `hooks of ${cli.title}: ${state}${asPlugin}`, way };
    const [obstacle] = obstacles(cli, found);
    if (obstacle !== undefined)
      return { isOk: false, text: `hooks of ${cli.title}: ${obstacle}`, way: `change ${settings.file}` };
    await cli.check();
    return { isOk: true, text: `hooks of ${cli.title}: installed${asPlugin}` };
  } catch (error) {
    return { isOk: false, text: `hooks of ${cli.title}: ${messageOf(error)}`, way };
  }
}

/** Whether an idle session can be woken through its terminal. */
export async function tmuxChecks({ world }: Context): Promise<readonly CheckResult[]> {
  const result = await execa("tmux", ["-V"], {
    reject: false,
    timeout: 5000,
    cancelSignal: world.signal,
    extendEnv: false,
    env: world.env,
  });
  if (!result.failed) return [{ isOk: true, text: result.stdout.trim() }];
  // Other rungs may do, so this alone is nothing wrong.
  return [
    {
      isOk: true,
      text: "tmux: not there; install tmux 3.2 or newer, or sessions cannot be woken through their terminal",
    },
  ];
}
