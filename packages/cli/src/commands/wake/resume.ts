import { defineCommand } from "../../command/define.ts";
import { json, text } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";

/** `fleet resume [session]` */
export const resume = defineCommand({
  about: "Wakes again, and at once whoever has mail.",
  args: { target: text("[session]", "one session; absent: the whole fleet") },
  flags: { json },
  examples: [{ line: "fleet resume web", about: "web is woken again" }],
  async run({ target, json: isJson }, context) {
    const status = await context.api().resume(target);
    if (isJson) return printJson(context, status);
    await context.print(`${target ?? "fleet"}  resumed`);
  },
});
