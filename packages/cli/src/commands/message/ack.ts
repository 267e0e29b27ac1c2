import { defineCommand } from "../../command/define.ts";
import { json, text } from "../../command/flags.ts";
import { printReceipt } from "./receipt.ts";

/** `fleet ack [id]` */
export const ack = defineCommand({
  about: "Ends a message of your inbox by hand, without an answer. A turn's end does it by itself.",
  args: { id: text("[id]", "the message, or the end of its id; absent: the last one") },
  flags: { json },
  examples: [{ line: "fleet ack 8x2k", about: "its sender sees done" }],
  async run({ id, json: isJson }, context) {
    await printReceipt(await context.api().ack(id), isJson, context);
  },
});
