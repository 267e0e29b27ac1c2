import { getNodeValue } from "jsonc-parser";
import { z } from "zod";
import type { HookState } from "../install/hook-state.ts";
import { readSettings } from "../install/settings-file.ts";
import { documentOf } from "../install/settings-text.ts";
import { pluginHooksFile, pluginManifest, pluginName, type PluginFile } from "./plugin-files.ts";
import { pluginText } from "./plugin-folder.ts";

/** What stands in a plugin's folder, for `fleet hooks status` and doctor. */
export interface PluginStatus {
  readonly folder: string;
  /** Of its hooks: what else differs, as its version, changes nothing. */
  readonly state: HookState;
  /** Settings files in which the user disabled it. */
  readonly disabledBy: readonly string[];
}

/** Claude Code loads a plugin from each folder of its skills, and calls it so. */
const enabledKey = `${pluginName}@skills-dir`;

/** The state of the plugin; `settings` are the files that may disable it. Throws as hookStatus. */
export async function pluginStatus(
  { folder, files }: { readonly folder: string; readonly files: readonly PluginFile[] },
  settings: readonly string[],
): Promise<PluginStatus> {
  const hasManifest = (await pluginText(folder, pluginManifest)) !== undefined;
  const hooks = await pluginText(folder, pluginHooksFile);
  const isOwn = hasManifest && hooks?.includes("fleet-hook") === true;
  const isSame = hooks === files.find(({ path }) => path === pluginHooksFile)?.text;
  const state = isOwn ? (isSame ? "installed" : "outdated") : "missing";
  const disabled = await Promise.all(settings.map(isDisabledIn));
  return { folder, state, disabledBy: settings.filter((_, index) => disabled[index]) };
}

const enabledSchema = z.looseObject({ enabledPlugins: z.record(z.string(), z.unknown()) });

async function isDisabledIn(file: string): Promise<boolean> {
  const document = documentOf(await readSettings(file));
  if (document === undefined) return false;
  const values: unknown = getNodeValue(document.root);
  const { data } = enabledSchema.safeParse(values);
  return data?.enabledPlugins[enabledKey] === false;
}
