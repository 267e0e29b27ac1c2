import { adapterKeys, type AdapterConfig } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import type { Column } from "../../output/table.ts";
import { readSettings } from "../../settings/read-settings.ts";

/** `fleet route list` */
export const list = defineCommand({
  about: "Lists what each adapter of fleet.toml takes, and how it reaches the far side.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet route --json", about: "fleet's own keys of every entry" }],
  async run({ json: isJson }, context) {
    const { config } = await readSettings(context);
    const items = config.adapter.map(routeOf);
    await printItems(context, { items }, { json: isJson, columns, empty: "no adapters in fleet.toml" });
  },
});

/** Fleet's own keys of an entry: what the adapter's own hold may be secret. */
function routeOf(entry: AdapterConfig): Partial<AdapterConfig> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => adapterKeys.includes(key)));
}

const columns: readonly Column<Partial<AdapterConfig>>[] = [
  { title: "ADAPTER", show: ({ name }) => name },
  { title: "TYPE", show: ({ type }) => type },
  { title: "ON", show: ({ on }) => on?.join(" ") },
  { title: "PRIORITY", show: ({ priority }) => priority },
  { title: "SESSIONS", show: ({ sessions }) => sessions?.join(" ") },
  { title: "ROLES", show: ({ roles }) => roles?.join(" ") },
  { title: "RUNS", show: ({ runs }) => runs },
  { title: "QUIET", show: ({ quiet }) => quiet },
  { title: "DAILY", show: ({ daily }) => daily },
];
