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

/**
 * Takes fleet out of a CLI's settings, its plugins, or both; what is not there takes no question. What is wrong with the
 * settings keeps the plugin from nothing, and is thrown at the end.
 */
export async function takeOut(
  { cli, consent, from }: TakingOut,
  context: Context,
): Promise<readonly Change[]> {
  const places = [
    ...(from === "plugin" ? [] : [changeHooks]),
    ...(from === "plugin" || (from === "both" && (await hasPlugin(cli))) ? [changePlugin] : []),
  ];
  const changes: Change[] = [];
  const failures: unknown[] = [];
  for (const change of places) {
    const made = change("uninstall", { cli, consent }, context);
    await made.then(
      (each) => changes.push(each),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
  return changes;
}

async function hasPlugin({ plugin }: HookableCli): Promise<boolean> {
  return plugin !== undefined && (await pluginStatus(plugin, [])).state !== "missing";
}
