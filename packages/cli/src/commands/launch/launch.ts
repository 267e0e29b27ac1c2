import { FleetError } from "@fleetbus/core";
import type { Context } from "../../command/context.ts";
import { defineCommand, type Values } from "../../command/define.ts";
import { choice, duration, json, text, toggle } from "../../command/flags.ts";
import { launch } from "../../launch/launch.ts";
import { crewNameOf, orderOf } from "../../launch/order/ordered.ts";
import { locked } from "../../launch/locked.ts";
import { requireEnded, stop } from "../../launch/stop.ts";
import { launchMux } from "../../launch/mux/mux.ts";
import { muxNames } from "../../launch/mux/names.ts";
import { printItems } from "../../output/items.ts";
import { planColumns, resultColumns, stopColumns } from "./columns.ts";

const args = { workers: text("[N]", "how many workers (1)") } as const;

const flags = {
  mux: choice("--mux <multiplexer>", "where they run (tmux)", muxNames),
  cli: text(
    "--cli <clis>",
    "with commas: the first is the commander's, the workers take them in turn, from the first on (claude)",
  ),
  name: text(
    "--name <prefix>",
    "the crew: its session in the multiplexer, and the beginning of its sessions' names (fleet)",
  ),
  dir: text("--dir <folder>", "where they work (this folder)"),
  layout: text("--layout <file>", "a TOML file that says who runs where, in place of [N], --cli and --dir"),
  dryRun: toggle("--dry-run", "only say what would be done"),
  stop: toggle("--stop", "end what was launched under this name, and only that"),
  timeout: duration("--timeout <duration>", "how long to wait until all are registered (60s)"),
  json,
} as const;

type Options = Values<typeof args> & Values<typeof flags>;

/** `fleet launch [N]` */
export const launchCommand = defineCommand({
  about:
    "Starts a commander and N workers, each in a named window of one session of tmux or zellij, registered with role and parent, and told how to work together. What runs already stays as it is; what ended is started again. Sessions and windows that it did not make are never touched. Exit code 5: not all registered in time.",
  args,
  flags,
  examples: [
    { line: "fleet launch 3", about: "a commander and three workers; sit down with tmux attach -t =fleet" },
    {
      line: "fleet launch 4 --cli claude,codex --name shop --dir ~/shop",
      about: "two of each, in that folder",
    },
    {
      line: "fleet launch 3 --mux zellij",
      about: "in zellij 0.44 or newer; sit down with zellij attach fleet",
    },
    { line: "fleet launch --layout shop.toml", about: "who runs where, with what, as the file says" },
    { line: "fleet launch --stop --name shop", about: "ends them" },
  ],
  async run(options, context) {
    return options.stop ? stopCrew(options, context) : launchCrew(options, context);
  },
});

async function launchCrew(options: Options, context: Context): Promise<void> {
  const order = await orderOf(options, context);
  const { dryRun, timeout: timeoutMs = 60_000 } = options;
  const result = await launch({ ...order, dryRun, timeoutMs }, context);
  const how = { json: options.json, empty: "nothing to do" };
  if (result.is === "planned") return printItems(context, result, { ...how, columns: planColumns });
  await printItems(context, result, { ...how, columns: resultColumns });
  const late = result.items.filter(({ trouble }) => trouble !== undefined);
  if (late.length > 0)
    throw new FleetError(
      "pending",
      `launching ${result.name}: ${late.map(({ name, trouble }) => `${name}: ${trouble}`).join("; ")}; ${result.attachLine} shows them`,
    );
  const said = result.hasChanged ? "all are registered" : "all of it runs already: nothing changed";
  await context.say(`${said}; ${result.attachLine} shows them`);
}

async function stopCrew(options: Options, context: Context): Promise<void> {
  const { prefix, mux } = await crewNameOf(options, context);
  const items = await locked(options.timeout ?? 60_000, context, () =>
    stop({ prefix, graceMs: 5000 }, launchMux(mux, prefix, context), context),
  );
  const empty = `nothing runs that was launched as ${prefix}`;
  await printItems(context, { items }, { json: options.json, columns: stopColumns, empty });
  requireEnded(items);
}
