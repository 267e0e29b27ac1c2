import {
  applyPlan,
  installClient,
  planInstall,
  planRules,
  planUninstall,
  requireWritable,
  type SettingsPlan,
} from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";
import type { HookableCli } from "./found.ts";
import { foundHooks, obstacles, remarks } from "./hooks-found.ts";
import { sayWritten } from "./say-written.ts";

/** Whether a change is made: `apply` makes it, `ask` asks a person, `show` only shows it. */
export type Consent = "apply" | "ask" | "show";

/** What became of a planned change. */
export type Change = "made" | "nothing to do" | "declined" | "shown";

/** Shows the diff on stdout and makes the change as far as there is consent. */
export async function changeHooks(
  action: "install" | "uninstall",
  { cli, consent }: { readonly cli: HookableCli; readonly consent: Consent },
  context: Context,
): Promise<Change> {
  const place = { file: cli.settingsFile, dataDir: context.paths().dataDir };
  const plan = await (action === "install" ? planInstall(place, cli.set) : planUninstall(place, cli.set));
  if (plan.diff !== "") await context.print(plan.diff.trimEnd());
  else await context.say(`${cli.title}: nothing to change in ${plan.file}`);
  requireWritable(plan);
  const question = `Make this change in ${plan.file}?`;
  if (!(await isWanted(plan, { consent, question }, context)))
    return consent === "show" ? "shown" : "declined";
  return apply(plan, cli, context);
}

/**
 * Offers the permission rules by which a woken session may answer without its human (DESIGN §6): as its own diff and its
 * own question, never with the hooks; those may stand in a plugin.
 */
export async function offerRules(
  { cli, consent }: { readonly cli: HookableCli; readonly consent: Consent },
  context: Context,
): Promise<Change> {
  const place = { file: cli.settingsFile, dataDir: context.paths().dataDir };
  const plan = await planRules(place, cli.set);
  const rules = cli.set.rules.join(", ");
  if (plan.diff === "") {
    await context.say(`${cli.title}: a woken session may answer already: ${rules}`);
    return "nothing to do";
  }
  await context.print(plan.diff.trimEnd());
  if (consent === "show") return "shown";
  const question = `Let ${cli.title} read its fleet inbox, reply and report without asking you each time?`;
  if (await isWanted(plan, { consent, question }, context)) {
    const change = await apply(plan, cli, context);
    await context.say(`${cli.title}: allowed without asking, by permissions.allow: ${rules}`);
    return change;
  }
  await context.say(`${cli.title}: no rules added: a woken session asks you before it reads or answers`);
  return "declined";
}

async function isWanted(
  plan: SettingsPlan,
  { consent, question }: { readonly consent: Consent; readonly question: string },
  { world }: Context,
): Promise<boolean> {
  if (consent === "apply" || plan.diff === "") return true;
  if (consent === "show" || world.confirm === undefined) return false;
  return world.confirm(question);
}

async function apply(plan: SettingsPlan, cli: HookableCli, context: Context): Promise<Change> {
  const paths = context.paths();
  if (plan.action === "install") await installClient(paths, { platform: process.platform });
  const deps = { clock: context.world.clock, dataDir: paths.dataDir, check: cli.check };
  const { hasChanged, backup } = await applyPlan(plan, deps);
  if (hasChanged) await sayWritten(cli.title, { plan, backup }, context);
  if (plan.action === "install") await sayHooks(cli, context);
  if (plan.action === "install" && hasChanged && cli.afterwards !== undefined)
    await context.say(`${cli.title} ${cli.afterwards}`);
  return hasChanged ? "made" : "nothing to do";
}

/** Says what keeps installed hooks from running all the same, and what is worth a word. */
export async function sayHooks(cli: HookableCli, context: Context): Promise<void> {
  const found = await foundHooks(cli);
  for (const line of [...obstacles(cli, found), ...remarks(cli, found)])
    await context.say(`${cli.title}: ${line}`);
}
