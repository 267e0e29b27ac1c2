import { defineCommand } from "../../command/define.ts";
import { json, required, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { sanitiseLine } from "@fleetbus/core";

/** `fleet adapter test <name>` */
export const test = defineCommand({
  about: "Sends one real message through an adapter and prints what the far side answered.",
  args: { name: required("<adapter>", "its name in fleet.toml") },
  flags: { dryRun: toggle("--dry-run", "say what would be done and send nothing"), json },
  examples: [{ line: "fleet adapter test phone", about: "exit 1 and the far side's answer when it refused" }],
  async run({ name, dryRun, json: isJson }, context) {
    const receipt = await context.api().testAdapter(name, dryRun);
    if (isJson) return printJson(context, receipt);
    const what =
      receipt.skipped ??
      (receipt.providerId === undefined ? "sent" : `sent, known there as ${receipt.providerId}`);
    await context.print(`${name}  ${sanitiseLine(what)}`);
  },
});
