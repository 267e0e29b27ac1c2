import {
  hookStatus,
  pluginStatus,
  type HookState,
  type HookStatus,
  type PluginStatus,
} from "@fleetbus/hooks";
import type { HookableCli } from "./found.ts";

/** Fleet's hooks of one CLI, wherever they stand. */
export interface FoundHooks {
  readonly state: HookState;
  readonly settings: HookStatus;
  /** Absent where the CLI has no plugins. */
  readonly plugin: PluginStatus | undefined;
}

/** Looks into the CLI's settings, and for the plugin. Throws as hookStatus. */
export async function foundHooks(cli: HookableCli): Promise<FoundHooks> {
  const settings = await hookStatus(cli.settingsFile, cli.set, cli.otherFiles);
  const plugin =
    cli.plugin === undefined
      ? undefined
      : await pluginStatus(cli.plugin, [cli.settingsFile, ...cli.otherFiles]);
  const isOnlyPlugin = settings.state === "missing" && plugin !== undefined;
  return { state: isOnlyPlugin ? plugin.state : settings.state, settings, plugin };
}

/** Whether the plugin is what tells of this CLI's sessions. */
export function isByPlugin({ settings, plugin }: FoundHooks): boolean {
  return settings.state === "missing" && plugin !== undefined && plugin.state !== "missing";
}

/** Why a CLI runs no hooks although they are installed. */
export function obstacles({ title, wantsStrictJson }: HookableCli, found: FoundHooks): readonly string[] {
  const { settings, plugin } = found;
  const switchedOff = settings.disabledBy.map((by) => `hooks are switched off by ${by}`);
  if (isByPlugin(found)) return [...switchedOff, ...(plugin?.disabledBy ?? []).map(disabledIn)];
  if (settings.isStrictJson || !wantsStrictJson) return switchedOff;
  const lax = `${settings.file} holds comments or trailing commas: ${title} ignores such a file as a whole`;
  return [...switchedOff, lax];
}

function disabledIn(file: string): string {
  return `the plugin is disabled in ${file}: claude plugin enable fleet@skills-dir`;
}

/** What is well, and worth a word. */
export function remarks({ name }: HookableCli, { settings, plugin }: FoundHooks): readonly string[] {
  if (settings.state === "missing" || plugin === undefined || plugin.state === "missing") return [];
  return [
    `its hooks are in ${settings.file} and in the plugin: each event counts once; fleet hooks uninstall --${name} --plugin takes the plugin out`,
  ];
}
