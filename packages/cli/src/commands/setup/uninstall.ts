import { rm } from "node:fs/promises";
import { FleetError } from "@fleetbus/core";
import { installedFiles } from "@fleetbus/hooks";
import type { Consent } from "../../clis/change-hooks.ts";
import { eachCli, requireNone } from "../../clis/each-cli.ts";
import { hookableClis, type HookableCli } from "../../clis/found.ts";
import { takeOut, type TakingOut } from "../../clis/take-out.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { toggle } from "../../command/flags.ts";

/** `fleet uninstall` */
export const uninstall = defineCommand({
  about:
    "Takes fleet out of every CLI's settings, to the byte, and stops the daemon, its server and its unit. Messages and keys stay unless --purge is said.",
  args: {},
  flags: {
    yes: toggle("-y, --yes", "make every change without asking"),
    purge: toggle("--purge", "also remove the messages, the keys, what hooks call and what was fetched"),
  },
  examples: [
    { line: "fleet uninstall", about: "shows each change and asks" },
    { line: "fleet uninstall --yes --purge", about: "nothing of fleet is left but its package" },
  ],
  async run({ yes, purge }, context) {
    if (!yes && context.world.confirm === undefined) {
      throw new FleetError(
        "usage",
        "uninstalling: there is no terminal to ask at; --yes makes every change without asking",
      );
    }
    const clis = await hookableClis(context);
    const consent = yes ? "apply" : "ask";
    await takeOutAll(clis, consent, context);
    await stop(context);
    if (purge) await remove(yes, context);
    else await context.say(`messages and keys stay in ${context.paths().dataDir}; --purge removes them`);
  },
});

/** The daemon goes on for whatever still calls it: nothing is stopped or removed unless all of it is out. */
async function takeOutAll(clis: readonly HookableCli[], consent: Consent, context: Context): Promise<void> {
  const usual = await eachCli(clis, (cli) => mustTakeOut({ cli, consent, from: "both" }, context), context);
  const files = clis.map(({ settingsFile }) => settingsFile);
  const others = (await elsewhere(clis, context)).filter(({ settingsFile }) => !files.includes(settingsFile));
  const own = await eachCli(
    others,
    (cli) => mustTakeOut({ cli, consent, from: "settings" }, context),
    context,
  );
  requireNone(
    "uninstalling",
    [...usual, ...own],
    "the daemon goes on, and nothing of fleet's own was removed",
  );
}

async function mustTakeOut(taking: TakingOut, context: Context): Promise<void> {
  const changes = await takeOut(taking, context);
  if (!changes.includes("declined")) return;
  const { title, settingsFile } = taking.cli;
  throw new FleetError(
    "refused",
    `uninstalling: ${title} was to stay as it is in ${settingsFile}; nothing else was changed`,
  );
}

/** Files that were named by --settings when the hooks went in; asked for after the usual ones, whose notes are gone then. */
async function elsewhere(clis: readonly HookableCli[], context: Context): Promise<readonly HookableCli[]> {
  const noted = await installedFiles(context.paths().dataDir);
  return noted.flatMap(({ cli, file }) =>
    clis.filter(({ name }) => name === cli).map((known) => ({ ...known, settingsFile: file })),
  );
}

async function stop(context: Context): Promise<void> {
  const { removeUnit } = await import("../daemon/unit.ts");
  if (await removeUnit(context)) await context.say("took the unit back");
  if (await context.daemon().stop({ server: true })) await context.say("stopped the daemon and its server");
}

/** A session that still runs with the old settings would call what is gone, and show an error: said before. */
async function remove(yes: boolean, context: Context): Promise<void> {
  const { dataDir, runDir, cacheDir } = context.paths();
  const question = `Remove ${dataDir}, ${runDir} and ${cacheDir}? Sessions that still run with the hooks will show errors.`;
  if (!yes && (await context.world.confirm?.(question)) !== true) return context.say("kept");
  for (const folder of [dataDir, runDir, cacheDir]) await rm(folder, { recursive: true, force: true });
  await context.say(`removed ${dataDir}, ${runDir} and ${cacheDir}`);
}
