import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";

/** `fleet whoami` */
export const whoami = defineCommand({
  about: "Says who you are to the bus and why the daemon believes it.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet whoami --json", about: "machine, session, origin, attestedBy" }],
  async run({ json: isJson }, context) {
    const identity = await context.api().whoami();
    if (isJson) return printJson(context, identity);
    await context.print(
      `${identity.machine}/${identity.session}  ${identity.origin}  (${identity.attestedBy})`,
    );
  },
});
