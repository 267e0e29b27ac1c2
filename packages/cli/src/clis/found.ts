import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import {
  checkClient,
  claudeHooks,
  claudeSandbox,
  claudeManagedSettingsFile,
  claudePluginFolder,
  claudeSettingsFile,
  clientFile,
  codexHooksFile,
  codexTable,
  commandHooks,
  geminiSettingsFile,
  geminiTable,
  grokHooksFile,
  grokTable,
  pluginFiles,
  type HookSet,
  type PluginFile,
  type SandboxFinding,
} from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";
import { codexTrusts } from "./codex-trust.ts";
import { version } from "../version.ts";

/** An agent CLI that fleet has hooks for, and where its settings stand in this environment. */
export interface HookableCli {
  readonly name: string;
  readonly title: string;
  readonly settingsFile: string;
  /** Files beside it whose switches turn hooks off. */
  readonly otherFiles: readonly string[];
  readonly set: HookSet;
  /** The same hooks, with a skill and commands, as a plugin in place of the settings; absent where the CLI has none. */
  readonly plugin?: { readonly folder: string; readonly files: readonly PluginFile[] };
  /** It ignores a settings file with comments or trailing commas as a whole. */
  readonly wantsStrictJson: boolean;
  /** What its person has to do after the hooks were put in. */
  readonly afterwards?: string;
  /** When fleet lists its sessions, where that is not at their start. */
  readonly listed?: string;
  /** It has a status line that fleet can add to. */
  readonly hasStatusLine?: boolean;
  /** Whether its person trusts the hooks, as far as that can be told; absent for a CLI that does not ask. */
  trust?(): Promise<boolean | undefined>;
  /** Rejects when what the settings would point at does not work. */
  check(): Promise<void>;
  /** Whether its own shell reaches the daemon, by its settings; absent where that is not known how to tell. */
  sandbox?(): Promise<SandboxFinding>;
  /** Where its program is; undefined when it is not on PATH. */
  readonly program: string | undefined;
}

/** Every CLI that this version has hooks for, found on this machine or not. */
export async function hookableClis(context: Context): Promise<readonly HookableCli[]> {
  const { env } = context.world;
  const client = clientFile(context.paths());
  const others = otherClis.map(async ({ table, settingsFileOf, program, ...rest }) => {
    const settingsFile = settingsFileOf(env);
    const set = commandHooks(table, client);
    return {
      ...{ ...rest, name: table.name, settingsFile, otherFiles: [], set },
      ...(table === codexTable ? { trust: () => codexTrusts(settingsFile, set) } : {}),
      check: () => checkClient(client),
      program: await programOf(program, env["PATH"]),
    };
  });
  return [await claude(context, client), ...(await Promise.all(others))];
}

async function claude(context: Context, client: string): Promise<HookableCli> {
  const { env } = context.world;
  const { platform } = process;
  const { socketFile } = context.paths();
  const settingsFile = claudeSettingsFile(env);
  const otherFiles = [claudeManagedSettingsFile(platform)];
  return {
    ...{ name: "claude", title: "Claude Code", settingsFile, otherFiles, wantsStrictJson: true },
    hasStatusLine: true,
    set: claudeHooks({ client }),
    plugin: {
      folder: claudePluginFolder(env),
      files: pluginFiles({
        hooks: claudeHooks({ client, via: "plugin" }),
        version,
        fleet: [process.execPath, context.world.entry],
      }),
    },
    check: () => checkClient(client),
    sandbox: () => claudeSandbox({ files: [settingsFile, ...otherFiles], platform, socketFile }),
    program: await programOf("claude", env["PATH"]),
  };
}

const otherClis = [
  {
    ...{ table: codexTable, title: "Codex", program: "codex", settingsFileOf: codexHooksFile },
    wantsStrictJson: true,
    listed: "it shows in fleet ls with its first prompt, not at its start",
    afterwards:
      "runs new hooks only after you trusted them: choose so in the dialog of its next start, else it skips them and says nothing",
  },
  {
    ...{ table: geminiTable, title: "Gemini CLI", program: "gemini", settingsFileOf: geminiSettingsFile },
    wantsStrictJson: false,
  },
  {
    ...{ table: grokTable, title: "Grok Build", program: "grok", settingsFileOf: grokHooksFile },
    wantsStrictJson: true,
  },
] as const;

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
