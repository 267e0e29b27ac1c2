import { defineCommand } from "../../command/define.ts";
import { json, text } from "../../command/flags.ts";
import { printReceipt } from "./receipt.ts";

/** `fleet cancel [id]` */
export const cancel = defineCommand({
  about: "Recalls a message that you sent and that was offered to nobody yet; exit 6 where it is too late.",
  args: { id: text("[id]", "the message, or the end of its id; absent: the last one you sent") },
  flags: { json },
  examples: [{ line: "fleet cancel 8x2k", about: "it is taken out of the inbox" }],
  async run({ id, json: isJson }, context) {
    await printReceipt(await context.api().cancel(id), isJson, context);
  },
});
