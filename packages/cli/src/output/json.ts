import type { Context } from "../command/context.ts";

// What a terminal acts on even inside a JSON string: DEL, C1 controls, bidi controls, separators.
const active = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A value as JSON on stdout, indented; what could act on a terminal is escaped. */
export function printJson(context: Context, value: unknown): Promise<void> {
  return context.print(escaped(JSON.stringify(value, null, 2)));
}

/** One value a line: what a stream prints. */
export function printJsonLine(context: Context, value: unknown): Promise<void> {
  return context.print(escaped(JSON.stringify(value)));
}

function escaped(json: string): string {
  return json.replace(active, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
