import { defineCommand } from "../../command/define.ts";
import { json, number } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { sanitise, sanitiseLine } from "@fleetbus/core";

/** `fleet dead show <seq>` */
export const show = defineCommand({
  about: "Shows one dead letter with the beginning of what it held.",
  args: { seq: number("<seq>", "its number in fleet dead list") },
  flags: { json },
  examples: [{ line: "fleet dead show 17", about: "why it died and what it was" }],
  async run({ seq, json: isJson }, context) {
    const letter = await context.api().deadLetter(seq);
    if (isJson) return printJson(context, letter);
    const { consumer, time, reason, subject } = letter;
    await context.print(
      renderFields({
        seq: letter.seq,
        time,
        consumer,
        subject: sanitiseLine(subject),
        reason: sanitiseLine(reason),
      }),
    );
    await context.print(`\n${sanitise(letter.preview)}`);
  },
});
