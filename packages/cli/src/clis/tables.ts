import { FleetError, nearest, type CliConfig } from "@fleetbus/core";
import { claudeTable, codexTable, customTable, geminiTable, grokTable, type CliTable } from "@fleetbus/hooks";
import type { Context } from "../command/context.ts";
import { readSettings } from "../settings/read-settings.ts";

/** A CLI's table, and its `[[cli]]` where that is where it is from. */
export interface NamedTable {
  readonly table: CliTable;
  readonly config?: CliConfig;
}

/** The table of a CLI that fleet knows or the config names. Rejects with `not_found` and the nearest name. */
export async function tableOf(name: string, context: Context): Promise<NamedTable> {
  const { config } = await readSettings(context);
  const builtIn = [claudeTable, codexTable, geminiTable, grokTable].map((table) => ({ table }));
  const own = config.cli.map((each) => ({ table: customTable(each), config: each }));
  const tables: readonly NamedTable[] = [...builtIn, ...own];
  const found = tables.find(({ table }) => table.name === name);
  if (found !== undefined) return found;
  const names = tables.map(({ table }) => table.name);
  throw new FleetError("not_found", `looking for the CLI "${name}": ${wayTo(name, names)}`);
}

/** What to say instead of a name that there is not. */
export function wayTo(name: string, names: readonly string[]): string {
  const [meant] = nearest(name, names);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
}
