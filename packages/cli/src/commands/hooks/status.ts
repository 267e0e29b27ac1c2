import type { HookStatus, PluginStatus } from "@fleetbus/hooks";
import { foundHooks, isByPlugin, obstacles, remarks, type FoundHooks } from "../../clis/hooks-found.ts";
import { hookableClis, type HookableCli } from "../../clis/found.ts";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import type { Column } from "../../output/table.ts";
import { cliFlags, namedClis } from "./flags.ts";

/** `fleet hooks status` */
export const status = defineCommand({
  about:
    "Says for each CLI whether fleet's hooks are installed, outdated or missing, and what keeps them from running; only for those named, if any are.",
  args: {},
  flags: { ...cliFlags, json },
  examples: [
    { line: "fleet hooks status --json", about: "each event with its state" },
    { line: "fleet hooks status --claude --settings .claude/settings.json", about: "those of a project" },
  ],
  async run(options, context) {
    const named = await namedClis(options, context);
    const clis = named.length > 0 ? named : await hookableClis(context);
    const items = await Promise.all(clis.map(async (cli) => viewOf(cli, await foundHooks(cli))));
    await printItems(context, { items }, { json: options.json, columns, empty: "no CLI" });
  },
});

interface HookView extends HookStatus {
  readonly cli: string;
  readonly program: string | undefined;
  /** Absent where the CLI has no plugins; `state` is its own where the settings hold none of fleet's hooks. */
  readonly plugin: PluginStatus | undefined;
  readonly obstacles: readonly string[];
  readonly remarks: readonly string[];
  /** Where the hooks stand that count. */
  readonly place: string;
}

function viewOf(cli: HookableCli, found: FoundHooks): HookView {
  const { settings, plugin, state } = found;
  const place = isByPlugin(found) ? (plugin?.folder ?? "") : settings.file;
  const said = { obstacles: obstacles(cli, found), remarks: remarks(cli, found) };
  return { cli: cli.name, program: cli.program, ...settings, state, plugin, place, ...said };
}

const columns: readonly Column<HookView>[] = [
  { title: "CLI", show: (view) => view.cli },
  { title: "HOOKS", show: (view) => view.state },
  { title: "IN", show: (view) => view.place },
  { title: "PROGRAM", show: (view) => view.program ?? "not on PATH" },
  { title: "NOTE", show: (view) => [...view.obstacles, ...view.remarks].join("; ") },
];
