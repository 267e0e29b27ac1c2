import type { DeadView } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import type { Column } from "../../output/table.ts";

/** `fleet dead list` */
export const list = defineCommand({
  about: "Lists the dead letters: what nobody could read or deliver, with the reason.",
  args: {},
  flags: { json },
  examples: [
    { line: "fleet dead", about: "all of them, oldest first" },
    { line: "fleet dead retry 17", about: "sends number 17 again" },
  ],
  async run({ json: isJson }, context) {
    const answer = await context.api().dead();
    await printItems(context, answer, { json: isJson, columns, empty: "no dead letters" });
  },
});

const columns: readonly Column<DeadView>[] = [
  { title: "SEQ", show: (letter) => letter.seq },
  { title: "TIME", show: (letter) => letter.time },
  { title: "CONSUMER", show: (letter) => letter.consumer },
  { title: "REASON", show: (letter) => letter.reason },
  { title: "SUBJECT", show: (letter) => letter.subject },
];
