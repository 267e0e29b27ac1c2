import { defineCommand } from "../../command/define.ts";

/** `fleet down` */
export const down = defineCommand({
  about: "Ends the daemon and the server that it runs, cleanly. What was accepted keeps on disk.",
  args: {},
  flags: {},
  examples: [{ line: "fleet down", about: "hooks leave files meanwhile; nothing is lost" }],
  async run(_options, context) {
    const hasStopped = await context.daemon().stop({ server: true });
    await context.say(hasStopped ? "fleet: stopped" : "fleet: it was not running");
  },
});
