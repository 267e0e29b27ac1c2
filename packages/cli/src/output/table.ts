import Table from "cli-table3";
import { sanitiseLine } from "@fleetbus/core";

/** One column: its title and what a row shows in it; absent shows as nothing. */
export interface Column<T> {
  readonly title: string;
  show(row: T): string | number | undefined;
}

const borders = {
  ...{
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
  },
  ...{
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
};

/** Rows in columns, a title line above, no lines between; cells are made safe for a terminal. */
export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const style = { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true };
  const table = new Table({ head: columns.map((column) => column.title), chars: borders, style });
  table.push(...rows.map((row) => columns.map((column) => sanitiseLine(String(column.show(row) ?? "")))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
