import { defineCommand } from "../../command/define.ts";
import { duration, json, required } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import { consumerColumns } from "./columns.ts";

/** `fleet consumer pause <name>` */
export const pause = defineCommand({
  about: "Stops the deliveries of a consumer until it is resumed, or for a time. What comes in keeps.",
  args: { name: required("<name>", "the consumer, or the session whose inbox it is") },
  flags: { for: duration("--for <duration>", "resume by itself after this"), json },
  examples: [
    { line: "fleet consumer pause phone --for 1h", about: "nothing is delivered to it for an hour" },
  ],
  async run(options, context) {
    const answer = await context.api().changeConsumer("pause", options.name, options.for);
    await printItems(context, answer, {
      json: options.json,
      columns: consumerColumns,
      empty: "no consumers",
    });
  },
});
