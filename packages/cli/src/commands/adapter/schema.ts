import { builtInAdapters } from "@fleetbus/adapters";
import { FleetError, nearest, type Adapter } from "@fleetbus/core";
import { z } from "zod";
import { defineCommand } from "../../command/define.ts";
import { required } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";

/** `fleet adapter schema <type>` */
export const schema = defineCommand({
  about: "Prints the JSON Schema of one kind of adapter's own keys.",
  args: { type: required("<type>", "as ntfy or webhook") },
  flags: {},
  examples: [{ line: "fleet adapter schema webhook", about: "every key with what it means" }],
  run: ({ type }, context) =>
    printJson(context, z.toJSONSchema(adapterOf(type).spec.config, { io: "input", unrepresentable: "any" })),
});

function adapterOf(type: string): Adapter {
  const found = builtInAdapters.find(({ spec }) => spec.type === type);
  if (found !== undefined) return found;
  const known = builtInAdapters.map(({ spec }) => spec.type);
  const [near] = nearest(type, known);
  const hint = near === undefined ? "" : `, did you mean ${near}`;
  const text = `printing a schema: there is no adapter "${type}"${hint}; there are ${known.join(", ")}`;
  throw new FleetError("not_found", text, { details: { known } });
}
