import { defineCommand } from "../../command/define.ts";
import { json, required, text, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { printSent } from "./sent.ts";

/** `fleet adapter test <name>` */
export const test = defineCommand({
  about:
    "Sends one made-up event through an adapter, outside of its routes, and prints what the far side answered. A dry run prints what it would have been sent.",
  args: { name: required("<adapter>", "its name in fleet.toml") },
  flags: {
    kind: text("--kind <kind>", "the kind of event, as turn.failed"),
    dryRun: toggle("--dry-run", "print what would be sent and send nothing"),
    json,
  },
  examples: [
    { line: "fleet adapter test phone", about: "exit 1 and the far side's answer when it refused" },
    { line: "fleet adapter test phone --kind turn.failed --dry-run", about: "a preview of its template" },
  ],
  async run({ name, kind, dryRun, json: isJson }, context) {
    const asked = { name, dryRun, ...(kind === undefined ? {} : { kind }) };
    const sent = await context.api().testAdapter(asked);
    return isJson ? printJson(context, sent) : printSent(context, name, sent);
  },
});
