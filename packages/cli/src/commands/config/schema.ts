import { configJsonSchema } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { printJson } from "../../output/json.ts";

/** `fleet config schema` */
export const schema = defineCommand({
  about: "Prints the JSON Schema of fleet.toml, for an editor.",
  args: {},
  flags: {},
  examples: [{ line: "fleet config schema > fleet.schema.json", about: "every key with what it means" }],
  run: (_options, context) => printJson(context, configJsonSchema()),
});
