import { sanitise } from "@fleetbus/core";
import type { Shape } from "../words/variables.ts";

const ellipsis = "…";
/** Room for the line that says what was left out; below that an ellipsis has to do. */
const markerUnits = 48;

/**
 * At most `maxUnits` UTF-16 units of a sanitised value: prose keeps its head, a log its end below a line that says how
 * many bytes were left out, and what is worth nothing in parts (a link) goes whole. Never half a character.
 */
export function cutTo(value: string, maxUnits: number, shape: Shape): string {
  if (value.length <= maxUnits) return value;
  if (shape === "whole" || maxUnits < 2) return "";
  return shape === "head" ? headOf(value, maxUnits) : tailOf(value, maxUnits);
}

function headOf(value: string, maxUnits: number): string {
  const head = sanitise(value.slice(0, maxUnits - ellipsis.length)).trimEnd();
  return head === "" ? "" : head + ellipsis;
}

function tailOf(value: string, maxUnits: number): string {
  if (maxUnits < 2 * markerUnits) return ellipsis + sanitise(value.slice(1 - maxUnits)).trimStart();
  const tail = sanitise(fromLineStart(value.slice(markerUnits - maxUnits)));
  return `${ellipsis} ${Buffer.byteLength(value) - Buffer.byteLength(tail)} bytes left out\n${tail}`;
}

/** Without the rest of a line at its beginning, unless that is half of it. */
function fromLineStart(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 || end > text.length / 2 ? text : text.slice(end + 1);
}
