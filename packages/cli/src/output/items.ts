import type { Items } from "@fleetbus/core/api";
import type { Context } from "../command/context.ts";
import { printJson } from "./json.ts";
import type { Column } from "./table.ts";

/** A list: `{"items":[…]}` as JSON, else a table; an empty one says so on stderr and leaves stdout empty. */
export async function printItems<T>(
  context: Context,
  answer: Items<T>,
  how: { readonly json: boolean; readonly columns: readonly Column<T>[]; readonly empty: string },
): Promise<void> {
  if (how.json) return printJson(context, answer);
  if (answer.items.length === 0) return context.say(how.empty);
  const { renderTable } = await import("./table.ts");
  await context.print(renderTable(how.columns, answer.items));
}

/** `label: value` lines, aligned; what is undefined is left out. */
export function renderFields(fields: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...given.map(([label]) => label.length));
  return given.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join("\n");
}
