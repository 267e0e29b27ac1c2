import { defineCommand } from "../../command/define.ts";
import { json, required, rest } from "../../command/flags.ts";
import { readBody } from "../message/body.ts";
import { printAnswer } from "../message/pub.ts";

/** `fleet session kick <session> [prompt…]` */
export const kick = defineCommand({
  about: "Makes an idle session take a turn now, with its mail or with a prompt of your own.",
  args: {
    session: required("<session>", "the session"),
    prompt: rest("[prompt...]", "what it is to do; - reads the standard input"),
  },
  flags: { json },
  examples: [
    { line: "fleet session kick web", about: "it reads its inbox" },
    { line: 'fleet session kick web "go on with the migration"', about: "it does that" },
  ],
  async run({ session, prompt, json: isJson }, context) {
    const text = prompt.length === 0 ? undefined : await readBody({ words: prompt }, context);
    await printAnswer(await context.api().kick(session, text), { json: isJson }, context);
  },
});
