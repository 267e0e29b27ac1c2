import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import {
  checkClient,
  claudeHooks,
  claudeSandbox,
  claudeManagedSettingsFile,
  claudeSettingsFile,
  clientFile,
  type HookSet,
  type SandboxFinding,
} from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";

/** An agent CLI that fleet has hooks for, and where its settings stand in this environment. */
export interface HookableCli {
  readonly name: string;
  readonly title: string;
  readonly settingsFile: string;
  /** Files beside it whose switches turn hooks off. */
  readonly otherFiles: readonly string[];
  readonly set: HookSet;
  /** Rejects when what the settings would point at does not work. */
  check(): Promise<void>;
  /** Whether its own shell reaches the daemon, by its settings. */
  sandbox(): Promise<SandboxFinding>;
  /** Where its program is; undefined when it is not on PATH. */
  readonly program: string | undefined;
}

/** Every CLI that this version has hooks for, found on this machine or not. */
export async function hookableClis(context: Context): Promise<readonly HookableCli[]> {
  const { env } = context.world;
  const { platform } = process;
  const paths = context.paths();
  const client = clientFile(paths);
  const settingsFile = claudeSettingsFile(env);
  const otherFiles = [claudeManagedSettingsFile(platform)];
  const files = [settingsFile, ...otherFiles];
  const claude: HookableCli = {
    name: "claude",
    title: "Claude Code",
    settingsFile,
    otherFiles,
    sandbox: () => claudeSandbox({ files, platform, socketFile: paths.socketFile }),
    set: claudeHooks({ client }),
    check: () => checkClient(client),
    program: await programOf("claude", env["PATH"]),
  };
  return [claude];
}

/** The first executable of that name on PATH. */
export async function programOf(name: string, path: string | undefined): Promise<string | undefined> {
  for (const folder of (path ?? "").split(delimiter).filter((each) => isAbsolute(each))) {
    const file = join(folder, name);
    if (await isRunnable(file)) return file;
  }
  return undefined;
}

async function isRunnable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false, // not there, or not ours to run
  );
}
