import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import { sessionColumns } from "./columns.ts";

/** `fleet session list` */
export const list = defineCommand({
  about:
    "Lists the sessions of all machines: what they run, their state, their mail, and those that run without fleet's hooks.",
  args: {},
  flags: { json },
  examples: [
    { line: "fleet ls", about: "the same, shorter" },
    {
      line: "fleet session list --json | jq -r '.items[] | select(.state==\"idle\") | .name'",
      about: "who is idle",
    },
  ],
  async run({ json: isJson }, context) {
    const answer = await context.api().sessions();
    const columns = sessionColumns(context.world.clock.now());
    await printItems(context, answer, {
      json: isJson,
      columns,
      empty: "no sessions; start an agent CLI after fleet hooks install --apply",
    });
  },
});
