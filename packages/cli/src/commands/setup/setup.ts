import { delimiter } from "node:path";
import { FleetError } from "@fleetbus/core";
import type { Consent } from "../../clis/change-hooks.ts";
import { hookableClis, programOf, type HookableCli } from "../../clis/found.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { toggle } from "../../command/flags.ts";
import { firstWake } from "../../setup/first-wake.ts";
import { visit, type Visit } from "../../setup/visit.ts";

/** `fleet setup` */
export const setup = defineCommand({
  about:
    "The first tour: finds the agent CLIs on this machine with their versions, shows each change to their settings as a diff and asks: the hooks, rules that let a woken session read its inbox, reply and report without asking, the status line. Says what else each CLI wants (trust), starts the daemon and ends with a first wake. Run it again any time: what is done stays.",
  args: {},
  flags: {
    yes: toggle("-y, --yes", "make every change without asking; wakes nobody"),
    dryRun: toggle("-n, --dry-run", "show every change and make none; starts nothing"),
  },
  examples: [
    { line: "fleet setup", about: "asks before it changes anything" },
    { line: "fleet setup --dry-run", about: "what it would change, as diffs" },
    { line: "fleet setup --yes", about: "for a script; fleet uninstall takes it back" },
  ],
  async run({ yes, dryRun }, context) {
    const consent = consentOf({ yes, dryRun }, context);
    const visits = await visitAll(consent, context);
    if (consent === "show")
      await context.say(
        "a dry run: nothing was written, and no daemon was started; without --dry-run it asks",
      );
    else await start(yes, context);
    await sayOutcome(visits, context);
  },
});

function consentOf(
  { yes, dryRun }: Readonly<Record<"yes" | "dryRun", boolean>>,
  { world }: Context,
): Consent {
  if (yes && dryRun)
    throw new FleetError("usage", "setting up: --yes makes every change, --dry-run none: one of them");
  if (dryRun) return "show";
  if (yes) return "apply";
  if (world.confirm !== undefined) return "ask";
  throw new FleetError(
    "usage",
    "setting up: there is no terminal to ask at; --yes makes every change without asking, --dry-run shows them",
  );
}

async function visitAll(consent: Consent, context: Context): Promise<readonly Visit[]> {
  const clis = await hookableClis(context);
  const found = clis.filter((cli) => cli.program !== undefined);
  if (found.length === 0)
    await context.say(
      "no agent CLI that fleet has hooks for is on PATH; install one and run fleet setup again, or see fleet wrap for any other",
    );
  const visits: Visit[] = [];
  for (const cli of found) {
    const visited = await visit(cli, consent, context);
    visits.push(visited);
    if (visited.isHooked) await sayWhetherItCanAnswer(cli, context);
  }
  const others = clis.filter((cli) => cli.program === undefined).map(({ title }) => title);
  if (found.length > 0 && others.length > 0) await context.say(`not on PATH: ${others.join(", ")}`);
  return visits;
}

/** A woken agent answers by running `fleet` in its CLI's shell: whether that can be. */
async function sayWhetherItCanAnswer(cli: HookableCli, context: Context): Promise<void> {
  const found = await cli.sandbox?.();
  const way = found?.way === undefined ? "" : `; ${found.way} in ${cli.settingsFile}`;
  if (found !== undefined) await context.say(`${cli.title}: ${found.text}${way}`);
  const program = await programOf("fleet", lastingPath(context.world.env["PATH"]));
  if (program === undefined)
    await context.say(`${cli.title}: fleet is not on PATH, so a woken session could not run fleet reply`);
}

/** Without what npx put in front for this one command. */
function lastingPath(path = ""): string {
  const folders = path.split(delimiter).filter((folder) => !folder.endsWith("node_modules/.bin"));
  return folders.join(delimiter);
}

async function start(yes: boolean, context: Context): Promise<void> {
  const status = (await context.daemon().status()) ?? (await context.daemon().start());
  await context.say(`daemon ${status.version} of ${status.machine} runs, server ${status.server.url}`);
  await firstWake({ machine: status.machine, mayAsk: !yes }, context);
}

/** Throws `failed` where a CLI could not be set up: why was said with it. */
async function sayOutcome(visits: readonly Visit[], context: Context): Promise<void> {
  const failed = visits.filter(({ hasFailed }) => hasFailed).map(({ cli }) => cli.title);
  if (failed.length > 0)
    throw new FleetError(
      "failed",
      `setting up ${failed.join(", ")}: not all of it could be done, as said above; mend that and run fleet setup again`,
    );
  if (visits.some(({ changes }) => changes.includes("shown"))) return;
  const isDone =
    visits.length > 0 && visits.every(({ changes }) => changes.every((change) => change === "nothing to do"));
  await context.say(isDone ? "all of it was set up already" : "fleet uninstall takes all of this back");
}
