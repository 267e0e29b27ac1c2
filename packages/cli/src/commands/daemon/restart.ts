import { defineCommand } from "../../command/define.ts";

/** `fleet restart` */
export const restart = defineCommand({
  about: "Ends the daemon and starts it again; the server goes on.",
  args: {},
  flags: {},
  examples: [{ line: "fleet restart", about: "after an update" }],
  async run(_options, context) {
    const daemon = context.daemon();
    await daemon.stop({ server: false });
    const { pid, version } = await daemon.start();
    await context.say(`fleet: daemon ${version} runs with pid ${pid}`);
  },
});
