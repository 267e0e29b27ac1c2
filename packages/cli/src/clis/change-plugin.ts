import { FleetError } from "@fleetbus/core";
import { applyPluginPlan, installClient, planPluginInstall, planPluginUninstall } from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";
import { sayHooks, type Change, type Consent } from "./change-hooks.ts";
import type { HookableCli } from "./found.ts";

/** Shows what writing the CLI's plugin or taking it out changes, on stdout, and makes it as far as there is consent. */
export async function changePlugin(
  action: "install" | "uninstall",
  { cli, consent }: { readonly cli: HookableCli; readonly consent: Consent },
  context: Context,
): Promise<Change> {
  const { folder, files } = pluginOf(cli);
  const { dataDir } = context.paths();
  const place = { folder, dataDir };
  const plan = await (action === "install"
    ? planPluginInstall(place, files)
    : planPluginUninstall(place, files));
  if (plan.diff !== "") await context.print(plan.diff.trimEnd());
  else await context.say(`${cli.title}: nothing to change in the plugin ${folder}`);
  const isAsked = consent === "ask" && plan.diff !== "";
  if (consent === "show") return "shown";
  if (isAsked && (await context.world.confirm?.(`Make this change in ${folder}?`)) !== true)
    return "declined";
  if (action === "install") await installClient(context.paths(), { platform: process.platform });
  const { hasChanged, backups } = await applyPluginPlan(plan, {
    ...{ clock: context.world.clock, dataDir, check: cli.check },
  });
  for (const backup of backups)
    await context.say(`${cli.title}: what was changed there is kept in ${backup}`);
  if (action === "install") await sayHooks(cli, context);
  if (!hasChanged) return "nothing to do";
  await context.say(
    action === "install"
      ? `${cli.title}: wrote the plugin ${folder}; a session loads it when it starts`
      : `${cli.title}: took the plugin ${folder} out`,
  );
  return "made";
}

function pluginOf({ title, plugin }: HookableCli): NonNullable<HookableCli["plugin"]> {
  if (plugin !== undefined) return plugin;
  throw new FleetError(
    "usage",
    `installing the plugin: ${title} has none; leave --plugin out for its settings`,
  );
}
