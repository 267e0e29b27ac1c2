import { defineCommand } from "../../command/define.ts";
import { json, required, text } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { fieldsOf } from "./show.ts";

/** `fleet adapter pause <name>` */
export const pause = defineCommand({
  about: "Stops an adapter on all machines that share it, until it is resumed. What comes in for it keeps.",
  args: { name: required("<adapter>", "its name in fleet.toml") },
  flags: { reason: text("--reason <text>", "why, for whoever looks"), json },
  examples: [
    { line: 'fleet adapter pause phone --reason "on holiday"', about: "shown by fleet adapter show" },
  ],
  async run({ name, reason, json: isJson }, context) {
    const view = await context.api().pauseAdapter(name, reason);
    return isJson ? printJson(context, view) : context.print(renderFields(fieldsOf(view)));
  },
});
