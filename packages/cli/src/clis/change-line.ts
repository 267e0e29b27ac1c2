import { applyPlan, hookStatus, installLine, lineFile, planLine, type SettingsPlan } from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";
import type { Change, Consent } from "./change-hooks.ts";
import type { HookableCli } from "./found.ts";
import { sayWritten } from "./say-written.ts";

/** What is to become of fleet's line in the CLI's status line. */
export interface LineChange {
  readonly cli: HookableCli;
  readonly isShown: boolean;
  readonly consent: Consent;
}

/** Shows what showing fleet's line in the CLI's own status line changes, or taking it out, and does so as far as there is consent. */
export async function changeLine(change: LineChange, context: Context): Promise<Change> {
  const { cli, isShown } = change;
  const paths = context.paths();
  const place = { file: cli.settingsFile, dataDir: paths.dataDir };
  const plan = await planLine(place, cli.set, isShown ? lineFile(paths) : undefined);
  if (plan.diff !== "") await context.print(plan.diff.trimEnd());
  else await context.say(`${cli.title}: nothing to change in the status line of ${plan.file}`);
  if (change.consent === "show") return "shown";
  if (!(await isWanted(plan, change, context))) return "declined";
  if (isShown) await installLine(paths);
  if (isShown) await sayWhetherItIsRead(cli, context);
  const { clock } = context.world;
  const { hasChanged, backup } = await applyPlan(plan, { clock, dataDir: paths.dataDir });
  if (!hasChanged) return "nothing to do";
  await sayWritten(cli.title, { plan, backup }, context);
  return "made";
}

/** A file that the CLI ignores as a whole shows no line either. */
async function sayWhetherItIsRead(cli: HookableCli, context: Context): Promise<void> {
  const { isStrictJson, file } = await hookStatus(cli.settingsFile, cli.set);
  if (isStrictJson || !cli.wantsStrictJson) return;
  await context.say(
    `${cli.title}: ${file} holds comments or trailing commas: ${cli.title} ignores such a file as a whole, its status line too`,
  );
}

async function isWanted(
  plan: SettingsPlan,
  { cli, isShown, consent }: LineChange,
  { world }: Context,
): Promise<boolean> {
  if (consent === "apply" || plan.diff === "") return true;
  const below = plan.before?.includes('"statusLine"') === true ? ", below your own" : "";
  const question = isShown
    ? `Show the fleet in the status line of ${cli.title}${below}?`
    : `Take the fleet out of the status line of ${cli.title}?`;
  return (await world.confirm?.(question)) === true;
}
