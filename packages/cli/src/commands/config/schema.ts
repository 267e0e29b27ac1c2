import { configJsonSchema, messageOf, sanitiseLine, type AdapterSchemas } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { printJson } from "../../output/json.ts";
import { namedAdapters } from "../../settings/known-forms.ts";
import { builtInForms, readConfigText } from "../../settings/read-settings.ts";

/** `fleet config schema` */
export const schema = defineCommand({
  about:
    "Prints the JSON Schema of fleet.toml, for an editor: every key of fleet and of each adapter, those that this machine's fleet.toml names by path or package included; these are loaded for it.",
  args: {},
  flags: {},
  examples: [{ line: "fleet config schema > fleet.schema.json", about: "every key with what it means" }],
  run: async (_options, context) => printJson(context, configJsonSchema(await formsHere(context))),
});

/** What cannot be read or loaded is told; the schema is printed without it. */
async function formsHere(context: Context): Promise<AdapterSchemas> {
  const path = context.paths().configFile;
  try {
    const written = await readConfigText(path);
    if (written === undefined) return builtInForms();
    const { raw, forms, failures } = await namedAdapters(written);
    if (raw === undefined) await context.say(`${path} is no TOML: its own adapters are left out`);
    for (const { error } of failures) await context.say(`left out: ${sanitiseLine(error.message)}`);
    return forms;
  } catch (error) {
    await context.say(`left out what ${path} names: ${messageOf(error)}`);
    return builtInForms();
  }
}
