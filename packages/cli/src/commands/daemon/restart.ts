import { daemonEnv } from "../../daemon-client/daemon-env.ts";
import { defineCommand } from "../../command/define.ts";

/** `fleet restart`: a config that keeps a daemon from starting leaves the one that runs. */
export const restart = defineCommand({
  about: "Ends the daemon and starts it again; the server goes on.",
  args: {},
  flags: {},
  examples: [{ line: "fleet restart", about: "after an update" }],
  async run(_options, context) {
    const { adapterSchemas, loadSettings } = await import("@fleetbus/daemon");
    await loadSettings(context.paths(), daemonEnv(context.world), adapterSchemas);
    const daemon = context.daemon();
    await daemon.stop({ server: false });
    const { pid, version } = await daemon.start();
    await context.say(`fleet: daemon ${version} runs with pid ${pid}`);
  },
});
