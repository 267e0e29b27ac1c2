import { defineCommand } from "../../command/define.ts";

/** `fleet down` */
export const down = defineCommand({
  about:
    "Ends the daemon and the server that it runs, cleanly; by force, and says so, where the daemon does not answer; also a server that a killed daemon left behind. What was accepted keeps on disk.",
  args: {},
  flags: {},
  examples: [{ line: "fleet down", about: "hooks leave files meanwhile; nothing is lost" }],
  async run(_options, context) {
    if (await context.daemon().stop({ server: true })) return context.say("fleet: stopped");
    const { endOrphans } = await import("@fleetbus/daemon/server");
    const ended = await endOrphans(context.paths(), context.world.clock);
    await context.say(
      `fleet: it was not running${ended === 0 ? "" : "; the server that it left behind has ended"}`,
    );
  },
});
