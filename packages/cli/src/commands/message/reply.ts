import { idSource } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { json, rest, text } from "../../command/flags.ts";
import { readBody } from "./body.ts";
import { printAnswer } from "./pub.ts";

/** `fleet reply [id] <body>`: the thread knows the address. */
export const reply = defineCommand({
  about:
    "Answers a message; the thread knows the address. One text answers the newest message to you; with two or more words the first is the message's id, or the end of it.",
  args: { words: rest("[id-and-body...]", "[id] and the answer in quotes; - reads the standard input") },
  flags: { bodyFile: text("--body-file <file>", "take the answer from a file"), json },
  examples: [
    { line: 'fleet reply "port 8080"', about: "answers the newest message" },
    { line: 'fleet reply 8x2k "port 8080"', about: "answers the message whose id ends so" },
    { line: "make test 2>&1 | fleet reply 8x2k -", about: "the answer comes from the standard input" },
  ],
  async run({ words, bodyFile, json: isJson }, context) {
    const hasId = bodyFile === undefined ? words.length > 1 : words.length > 0;
    const [first, ...others] = words;
    const body = await readBody({ words: hasId ? others : words, file: bodyFile }, context);
    const id = idSource(context.world.clock)();
    const to = hasId && first !== undefined ? { to: first } : {};
    const answer = await context.api().reply({ ...to, body, id });
    await printAnswer(answer, { json: isJson }, context);
  },
});
