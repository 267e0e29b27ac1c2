import { placeSettings, type Setting } from "@fleetbus/core";
import { defineCommand } from "../../command/define.ts";
import { json, toggle } from "../../command/flags.ts";
import { printItems } from "../../output/items.ts";
import type { Column } from "../../output/table.ts";
import { readSettings } from "../../settings/read-settings.ts";

/** `fleet config show` */
export const show = defineCommand({
  about: "Shows every setting that holds on this machine, and where its files are; secrets are not shown.",
  args: {},
  flags: {
    origin: toggle(
      "--origin",
      "where each value comes from: a flag, the environment, the file's line, the default",
    ),
    json,
  },
  examples: [{ line: "fleet config show --origin", about: "why a value is what it is" }],
  async run({ origin, json: isJson }, context) {
    const settings = [...placeSettings(context.world.env), ...(await readSettings(context)).settings];
    const items = origin ? settings : settings.map(({ key, value }) => ({ key, value }));
    await printItems<Shown>(
      context,
      { items },
      { json: isJson, columns: origin ? [...columns, ...origins] : columns, empty: "no settings" },
    );
  },
});

type Shown = Pick<Setting, "key" | "value"> & Partial<Setting>;

const columns: readonly Column<Shown>[] = [
  { title: "KEY", show: (setting) => setting.key },
  { title: "VALUE", show: (setting) => JSON.stringify(setting.value) },
];

const origins: readonly Column<Shown>[] = [
  { title: "ORIGIN", show: (setting) => setting.origin },
  { title: "FROM", show: (setting) => setting.from },
];
