import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import { consumerColumns } from "./columns.ts";

/** `fleet consumer reset <name>` */
export const reset = defineCommand({
  about:
    "Makes an inbox of this machine anew, from everything the stream still holds; what had ended is not offered again.",
  args: { name: required("<name>", "the consumer, or the session whose inbox it is") },
  flags: { json },
  examples: [{ line: "fleet consumer reset web", about: "after a consumer was changed by hand" }],
  async run(options, context) {
    const answer = await context.api().changeConsumer("reset", options.name);
    await printItems(context, answer, {
      json: options.json,
      columns: consumerColumns,
      empty: "no consumers",
    });
  },
});
