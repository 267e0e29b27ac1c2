import { builtInAdapters } from "@fleetbus/adapters";
import { FleetError, isModuleType, nearest, type AdapterForm } from "@fleetbus/core";
import { moduleForms } from "@fleetbus/daemon";
import type { Context } from "../../command/context.ts";
import { z } from "zod";
import { defineCommand } from "../../command/define.ts";
import { required } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { builtInForms } from "../../settings/read-settings.ts";

/** `fleet adapter schema <type>` */
export const schema = defineCommand({
  about:
    "Prints the JSON Schema of one kind of adapter's own keys. One of your own is named as fleet.toml names it: by its path, seen from that file's folder, or its package; it is loaded for it.",
  args: { type: required("<type>", "as ntfy, ./mine.mjs or fleet-adapter-pager") },
  flags: {},
  examples: [
    { line: "fleet adapter schema webhook", about: "every key with what it means" },
    { line: "fleet adapter schema fleet-adapter-pager", about: "the same of a package" },
  ],
  run: async ({ type }, context) => printJson(context, schemaOf(await formOf(type, context), type)),
});

async function formOf(type: string, context: Context): Promise<AdapterForm> {
  const builtIn = builtInForms();
  const known = Object.hasOwn(builtIn, type) ? builtIn[type] : undefined;
  if (known !== undefined) return known;
  if (!isModuleType(type, builtIn)) throw unknown(type);
  const { forms, failures } = await moduleForms([type], context.paths().configFile);
  const form = forms[type];
  if (form === undefined) throw failures[0]?.error ?? unknown(type);
  return form;
}

function schemaOf({ config }: AdapterForm, type: string): unknown {
  try {
    return z.toJSONSchema(config, { io: "input", unrepresentable: "any" });
  } catch (error) {
    const text = `printing the schema of ${type}: its config is no schema of zod 4`;
    throw new FleetError("config", text, { cause: error });
  }
}

function unknown(type: string): FleetError {
  const known = builtInAdapters.map(({ spec }) => spec.type);
  const [near] = nearest(type, known);
  const hint = near === undefined ? "" : `, did you mean ${near}`;
  const text = `printing a schema: there is no adapter "${type}"${hint}; there are ${known.join(", ")}`;
  return new FleetError("not_found", text, { details: { known } });
}
