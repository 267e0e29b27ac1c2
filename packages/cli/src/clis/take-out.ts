import { pluginStatus } from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";
import { changeHooks, type Change, type Consent } from "./change-hooks.ts";
import { changePlugin } from "./change-plugin.ts";
import type { HookableCli } from "./found.ts";

/** What fleet is to be taken out of. */
export interface TakingOut {
  readonly cli: HookableCli;
  readonly consent: Consent;
  readonly from: "settings" | "plugin" | "both";
}

/** Takes fleet out of a CLI's settings, its plugins, or both; what is not there takes no question. */
export async function takeOut(
  { cli, consent, from }: TakingOut,
  context: Context,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  if (from !== "plugin") changes.push(await changeHooks("uninstall", { cli, consent }, context));
  if (from === "plugin" || (from === "both" && (await hasPlugin(cli))))
    changes.push(await changePlugin("uninstall", { cli, consent }, context));
  return changes;
}

async function hasPlugin({ plugin }: HookableCli): Promise<boolean> {
  return plugin !== undefined && (await pluginStatus(plugin, [])).state !== "missing";
}
