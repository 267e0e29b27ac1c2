import { changeHooks } from "../../clis/change-hooks.ts";
import { eachCli, requireNone } from "../../clis/each-cli.ts";
import { defineCommand } from "../../command/define.ts";
import { toggle } from "../../command/flags.ts";
import { changePlugin } from "../../clis/change-plugin.ts";
import type { HookableCli } from "../../clis/found.ts";
import { foundHooks, isByPlugin } from "../../clis/hooks-found.ts";
import { chosenClis, cliFlags, pluginFlag, type CliChoice } from "./flags.ts";
import { askVersions } from "./refuse-old.ts";

/** `fleet hooks install` */
export const install = defineCommand({
  about:
    "Puts fleet's hooks into the CLIs' settings: prints the change as a unified diff and makes it with --apply, or at a terminal when you say yes. Other tools' hooks, comments and formatting stay. Only the CLIs named are touched, without a name those on PATH.",
  args: {},
  flags: { ...cliFlags, plugin: pluginFlag, apply: toggle("--apply", "make the change without asking") },
  examples: [
    { line: "fleet hooks install", about: "a dry run: the diff, nothing written" },
    {
      line: "fleet hooks install --claude --apply",
      about: "writes it, keeps a backup; a second time changes nothing",
    },
    {
      line: "fleet hooks install --claude --plugin",
      about: "as a plugin of Claude Code, with a skill and /fleet: commands; its settings stay as they are",
    },
    {
      line: "fleet hooks install --claude --settings .claude/settings.json",
      about: "for one project only; uninstall with the same --settings",
    },
  ],
  async run(options, context) {
    const consent = options.apply ? "apply" : context.world.confirm === undefined ? "show" : "ask";
    const clis = await chosenClis(options, context);
    const requireNew = askVersions(clis, context);
    const installOne = async (cli: HookableCli) => {
      await requireNew(cli);
      const change = (await isForPlugin(cli, options))
        ? await changePlugin("install", { cli, consent }, context)
        : await changeHooks("install", { cli, consent }, context);
      if (change === "shown") await context.say("a dry run: nothing was written; --apply makes the change");
    };
    const found = await eachCli(clis, installOne, context);
    requireNone("installing hooks", found, "it held up no other CLI");
  },
});

/** Who has the plugin alone keeps it: it is brought up to date. */
async function isForPlugin(cli: HookableCli, options: CliChoice): Promise<boolean> {
  return options.plugin || (options.settings === undefined && isByPlugin(await foundHooks(cli)));
}
