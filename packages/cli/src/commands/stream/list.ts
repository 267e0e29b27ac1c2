import type { StreamView } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import type { Column } from "../../output/table.ts";

/** `fleet stream` */
export const list = defineCommand({
  about: "Lists the streams of the fleet with what they hold, as the server counts it.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet stream --json", about: "messages, bytes, sequences, consumers" }],
  async run({ json: isJson }, context) {
    const answer = await context.api().streams();
    await printItems(context, answer, { json: isJson, columns, empty: "no streams" });
  },
});

const columns: readonly Column<StreamView>[] = [
  { title: "STREAM", show: (stream) => stream.name },
  { title: "MESSAGES", show: (stream) => stream.messages },
  { title: "BYTES", show: (stream) => stream.bytes },
  { title: "FIRST", show: (stream) => stream.firstSeq },
  { title: "LAST", show: (stream) => stream.lastSeq },
  { title: "CONSUMERS", show: (stream) => stream.consumers },
  { title: "SUBJECTS", show: (stream) => stream.subjects.join(" ") },
];
