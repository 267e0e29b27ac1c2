import { FleetError } from "@fleetbus/core";
import { clientFile, eventOf, hookLine, installClient } from "@fleetbus/hooks";
import { tableOf, wayTo } from "../../clis/tables.ts";
import { defineCommand } from "../../command/define.ts";
import { required } from "../../command/flags.ts";

/** `fleet hooks command <cli> <event>` */
export const command = defineCommand({
  about:
    "Prints the line that goes into the hook file of a CLI of [[cli]] in fleet.toml, for one of its events, and puts the hook client in its place. On stderr: the timeout to give it there.",
  args: {
    cli: required("<cli>", "its name in fleet.toml"),
    event: required("<event>", "the CLI's own name of the event"),
  },
  flags: {},
  examples: [{ line: "fleet hooks command aide turn-end", about: "the line to paste" }],
  async run({ cli, event }, context) {
    const { table, config } = await tableOf(cli, context);
    if (config === undefined)
      throw new FleetError(
        "usage",
        `printing a hook of ${cli}: fleet hooks install --${cli} writes all of them`,
      );
    const found = eventOf(table, event);
    if (found === undefined) {
      const way = wayTo(event, Object.keys(table.events));
      throw new FleetError("not_found", `printing the hook of ${cli}'s "${event}": ${way}`);
    }
    await installClient(context.paths(), { platform: process.platform });
    await context.print(hookLine(clientFile(context.paths()), cli, event));
    await context.say(`its timeout there: ${found.timeout} ${config.timeout_unit}`);
  },
});
