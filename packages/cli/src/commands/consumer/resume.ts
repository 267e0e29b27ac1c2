import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import { consumerColumns } from "./columns.ts";

/** `fleet consumer resume <name>` */
export const resume = defineCommand({
  about: "Lets a paused consumer go on.",
  args: { name: required("<name>", "the consumer, or the session whose inbox it is") },
  flags: { json },
  examples: [{ line: "fleet consumer resume phone", about: "what has come in meanwhile is delivered" }],
  async run(options, context) {
    const answer = await context.api().changeConsumer("resume", options.name);
    await printItems(context, answer, {
      json: options.json,
      columns: consumerColumns,
      empty: "no consumers",
    });
  },
});
