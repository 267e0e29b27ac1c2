import { FleetError } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { text, toggle } from "../../command/flags.ts";
import { connectName, type StartOptions } from "../../daemon-client/start.ts";

/** `fleet up` */
export const up = defineCommand({
  about:
    "Starts this machine's daemon and, unless told of another, a nats-server of its own on loopback. Other commands do it by themselves when they need it.",
  args: {},
  flags: {
    connect: text("--connect <url>", "use this NATS server instead of one of fleet's own, until fleet down"),
    context: text("--context <name>", "use the server of this context of the nats CLI, until fleet down"),
    foreground: toggle("--foreground", "stay in this process until it is stopped"),
    installUnit: toggle(
      "--install-unit",
      "let the machine start it: a systemd user unit, or a launchd agent",
    ),
  },
  examples: [
    { line: "fleet up", about: "shows each step; is at once done when it runs already" },
    { line: "fleet up --connect nats://hub.example:4222", about: "with a server that exists" },
    { line: "fleet up --install-unit", about: "survives a reboot" },
  ],
  async run({ connect, context: name, foreground, installUnit }, context) {
    const choice = {
      ...(connect === undefined ? {} : { connect }),
      ...(name === undefined ? {} : { context: name }),
    };
    if (installUnit) return (await import("./unit.ts")).installUnit(choice, context);
    if (foreground) return stay(choice, context);
    await start(choice, context);
  },
});

/** A daemon that was started in the background, or by its unit, finds its server in the environment. */
async function stay(choice: StartOptions, context: Context): Promise<void> {
  const { [connectName]: connect, ...env } = context.world.env;
  const isTold = choice.connect !== undefined || choice.context !== undefined || !connect;
  const { runInForeground } = await import("./foreground.ts");
  await runInForeground(isTold ? choice : { connect }, { ...context, world: { ...context.world, env } });
}

async function start(choice: StartOptions, context: Context): Promise<void> {
  const running = await context.daemon().status();
  if (running === undefined) return context.say(`fleet: ${line(await context.daemon().start(choice))}`);
  if (Object.keys(choice).length === 0) return context.say(`fleet: it runs already: ${line(running)}`);
  throw new FleetError(
    "conflict",
    `starting the daemon with another server: ${line(running)} runs; fleet down ends it first`,
  );
}

function line({ version, pid, machine, server }: StatusAnswer): string {
  return `daemon ${version} of ${machine}, pid ${pid}, server ${server.url}`;
}
