import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import { consumerColumns } from "./columns.ts";

/** `fleet consumer list` */
export const list = defineCommand({
  about: "Lists each session's inbox and each adapter's consumer with the server's own numbers.",
  args: {},
  flags: { json },
  examples: [
    { line: "fleet consumer list --json", about: "pending, ackPending, redelivered, lastDelivered" },
  ],
  async run({ json: isJson }, context) {
    const answer = await context.api().consumers();
    await printItems(context, answer, { json: isJson, columns: consumerColumns, empty: "no consumers" });
  },
});
