import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { fieldsOf } from "./show.ts";

/** `fleet adapter resume <name>` */
export const resume = defineCommand({
  about: "Lets a paused adapter go on with what has come in meanwhile.",
  args: { name: required("<adapter>", "its name in fleet.toml") },
  flags: { json },
  examples: [{ line: "fleet adapter resume phone", about: "also one that its far side stopped with 410" }],
  async run({ name, json: isJson }, context) {
    const view = await context.api().resumeAdapter(name);
    return isJson ? printJson(context, view) : context.print(renderFields(fieldsOf(view)));
  },
});
