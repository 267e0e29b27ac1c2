import { delimiter } from "node:path";
import { FleetError } from "@fleetbus/core";
import { changeHooks, offerRules, type Change } from "../../clis/change-hooks.ts";
import { hookableClis, programOf, type HookableCli } from "../../clis/found.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { toggle } from "../../command/flags.ts";

/** `fleet setup` */
export const setup = defineCommand({
  about:
    "Finds the agent CLIs on this machine, shows each change to their settings as a diff and asks: the hooks, then rules that let a woken session read its inbox, reply and report without asking. Then starts the daemon.",
  args: {},
  flags: { yes: toggle("-y, --yes", "make every change without asking") },
  examples: [
    { line: "fleet setup", about: "asks before it changes anything" },
    { line: "fleet setup --yes", about: "for a script; fleet uninstall takes it back" },
  ],
  async run({ yes }, context) {
    if (!yes && context.world.confirm === undefined) {
      throw new FleetError(
        "usage",
        "setting up: there is no terminal to ask at; --yes makes every change without asking",
      );
    }
    const found = (await hookableClis(context)).filter((cli) => cli.program !== undefined);
    if (found.length === 0)
      await context.say(
        "no agent CLI that fleet has hooks for is on PATH; fleet hooks install --claude later",
      );
    const changes: (readonly [HookableCli, Change])[] = [];
    for (const cli of found) changes.push([cli, await install(cli, yes, context)]);
    const status = (await context.daemon().status()) ?? (await context.daemon().start());
    await context.say(`daemon ${status.version} of ${status.machine} runs, server ${status.server.url}`);
    await sayWhatNext(changes, context);
  },
});

async function install(cli: HookableCli, yes: boolean, context: Context): Promise<Change> {
  await context.say(`found ${cli.title}: ${cli.program ?? ""}`);
  const consent = yes ? "apply" : "ask";
  const change = await changeHooks("install", { cli, consent }, context);
  if (change === "declined") return change;
  if (cli.set.rules.length > 0) await offerRules({ cli, consent }, context);
  await sayWhetherItCanAnswer(cli, context);
  return change;
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

async function sayWhatNext(
  changes: readonly (readonly [HookableCli, Change])[],
  context: Context,
): Promise<void> {
  const isHooked = changes.some(([, change]) => change === "made" || change === "nothing to do");
  if (isHooked)
    await context.say("start an agent (one that runs already has to be started anew), then: fleet ls");
  await context.say(
    'then say something to it: fleet pub <name> "hello" --wait done; fleet uninstall takes all of this back',
  );
}
