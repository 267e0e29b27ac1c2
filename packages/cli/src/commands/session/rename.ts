import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";

/** `fleet session rename <session> <name>` */
export const rename = defineCommand({
  about: "Gives a session of this machine another name.",
  args: { session: required("<session>", "the session"), name: required("<name>", "its new name") },
  flags: { json },
  examples: [{ line: "fleet session rename web-2 docs", about: "from now on it is docs" }],
  async run({ session, name, json: isJson }, context) {
    const view = await context.api().rename(session, name);
    if (isJson) return printJson(context, view);
    await context.print(`${view.machine}/${view.name}`);
  },
});
