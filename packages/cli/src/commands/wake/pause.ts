import { defineCommand } from "../../command/define.ts";
import { json, text } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";

/** `fleet pause [session]` */
export const pause = defineCommand({
  about: "The kill switch: wakes nobody any more, or not one session. Messages keep.",
  args: { target: text("[session]", "one session; absent: the whole fleet") },
  flags: { json },
  examples: [{ line: "fleet pause", about: "no session is woken" }],
  async run({ target, json: isJson }, context) {
    const status = await context.api().pause(target);
    if (isJson) return printJson(context, status);
    await context.print(`${target ?? "fleet"}  paused`);
  },
});
