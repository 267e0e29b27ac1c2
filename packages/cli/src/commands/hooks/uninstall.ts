import { defineCommand } from "../../command/define.ts";
import { toggle } from "../../command/flags.ts";
import { eachCli, requireNone } from "../../clis/each-cli.ts";
import type { HookableCli } from "../../clis/found.ts";
import { takeOut } from "../../clis/take-out.ts";
import { chosenClis, cliFlags, pluginFlag } from "./flags.ts";

/** `fleet hooks uninstall` */
export const uninstall = defineCommand({
  about:
    "Takes fleet's hooks out again, to the byte, and the plugin: prints the change as a unified diff and makes it with --apply, or at a terminal when you say yes.",
  args: {},
  flags: { ...cliFlags, plugin: pluginFlag, apply: toggle("--apply", "make the change without asking") },
  examples: [
    { line: "fleet hooks uninstall --apply", about: "the settings are as they were" },
    { line: "fleet hooks uninstall --claude --plugin --apply", about: "the plugin alone" },
    {
      line: "fleet hooks uninstall --claude --settings .claude/settings.json --apply",
      about: "out of a project's",
    },
  ],
  async run(options, context) {
    const consent = options.apply ? "apply" : context.world.confirm === undefined ? "show" : "ask";
    const from = options.plugin ? "plugin" : options.settings === undefined ? "both" : "settings";
    const takeOutOne = async (cli: HookableCli) => {
      const changes = await takeOut({ cli, consent, from }, context);
      if (changes.includes("shown"))
        await context.say("a dry run: nothing was written; --apply makes the change");
    };
    const found = await eachCli(await chosenClis(options, context), takeOutOne, context);
    requireNone("taking hooks out", found, "it held up no other CLI");
  },
});
