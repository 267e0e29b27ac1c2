import { resolve } from "node:path";
import { FleetError } from "@fleetbus/core";
import { changeLine } from "../../clis/change-line.ts";
import { hookableClis } from "../../clis/found.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { text, toggle } from "../../command/flags.ts";

const flags = {
  settings: text("--settings <file>", "this file in place of the user's own: a project's, another profile's"),
  apply: toggle("--apply", "make the change without asking"),
};

/** `fleet statusline install` */
export const install = defineCommand({
  about:
    "Shows the fleet in Claude Code's status line. One that you have stays: its rows come first, with all its settings, and fleet's line below. Prints the change as a unified diff and makes it with --apply, or at a terminal when you say yes.",
  args: {},
  flags,
  examples: [
    { line: "fleet statusline install", about: "a dry run: the diff, nothing written" },
    {
      line: "fleet statusline install --apply",
      about: "writes it, keeps a backup; a second time changes nothing",
    },
  ],
  run: (options, context) => change(true, options, context),
});

/** `fleet statusline uninstall` */
export const uninstall = defineCommand({
  about:
    "Takes the fleet out of Claude Code's status line again, to the byte. fleet hooks uninstall and fleet uninstall do so too.",
  args: {},
  flags,
  examples: [{ line: "fleet statusline uninstall --apply", about: "your own line is as it was" }],
  run: (options, context) => change(false, options, context),
});

interface Options {
  readonly settings: string | undefined;
  readonly apply: boolean;
}

async function change(isShown: boolean, { settings, apply }: Options, context: Context): Promise<void> {
  const claude = (await hookableClis(context)).find(({ name }) => name === "claude");
  if (claude === undefined)
    throw new FleetError("internal", "changing the status line: Claude Code is unknown");
  const { cwd, confirm } = context.world;
  const settingsFile = settings === undefined ? claude.settingsFile : resolve(cwd, settings);
  const consent = apply ? "apply" : confirm === undefined ? "show" : "ask";
  const changed = await changeLine({ cli: { ...claude, settingsFile }, isShown, consent }, context);
  if (changed === "shown") await context.say("a dry run: nothing was written; --apply makes the change");
}
