import { defineCommand } from "../../command/define.ts";
import { json, toggle } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";

/** `fleet`: sessions, mail, dead letters. */
export const show = defineCommand({
  about:
    "Shows the fleet: its sessions, the mail that waits, the dead letters. fleet --help lists the commands.",
  args: {},
  flags: { watch: toggle("-w, --watch", "stay and show what changes"), json },
  examples: [
    { line: "fleet", about: "what is going on" },
    { line: "fleet --watch", about: "the same, redrawn as it changes; in a pipe a line a change" },
  ],
  async run({ watch: isWatching, json: isJson }, context) {
    if (isWatching) {
      const { watch } = await import("./watch.ts");
      return watch(isJson, context);
    }
    const { readOverview, renderOverview } = await import("./picture.ts");
    const overview = await readOverview(context.api());
    if (isJson) return printJson(context, overview);
    await context.print(renderOverview(overview, context.world.clock.now()));
  },
});
