import type { AdapterView } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import type { Column } from "../../output/table.ts";

/** `fleet adapter list` */
export const list = defineCommand({
  about: "Lists this machine's adapters: what they take, what they have sent, how they are.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet adapter --json", about: "state, sent, failed, lastError" }],
  async run({ json: isJson }, context) {
    const answer = await context.api().adapters();
    await printItems(context, answer, { json: isJson, columns, empty: "no adapters" });
  },
});

const columns: readonly Column<AdapterView>[] = [
  { title: "ADAPTER", show: (adapter) => adapter.name },
  { title: "TYPE", show: (adapter) => adapter.type },
  { title: "STATE", show: (adapter) => adapter.state },
  { title: "SENT", show: (adapter) => adapter.sent },
  { title: "FAILED", show: (adapter) => adapter.failed },
  { title: "CAME IN", show: ({ inbound }) => inbound?.taken },
  { title: "ON", show: (adapter) => adapter.on.join(" ") },
  { title: "LAST ERROR", show: (adapter) => adapter.lastError },
];
