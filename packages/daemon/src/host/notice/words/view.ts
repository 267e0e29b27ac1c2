import { sanitise, type FleetEvent } from "@fleetbus/core";
import type { View } from "../template/template.ts";
import { variableNames, variables, type Occasion, type VariableName } from "./variables.ts";

/** What the named variables say of an event, sanitised (ECOSYSTEM.md, security 3), without blank lines around it. */
export function viewOf(names: readonly VariableName[], event: FleetEvent, occasion: Occasion): View {
  const view: Partial<Record<VariableName, string>> = {};
  for (const name of names) view[name] = cleanOf(variables[name].of(event, occasion));
  return view;
}

/** A foreign value as it may be shown. */
export function cleanOf(value: string): string {
  return sanitise(value).replace(/^\n+/, "").trimEnd();
}

/** The named variables of a view for one line: none holds a line's end. */
export function lineView(view: View, names: readonly VariableName[]): View {
  const lines: Partial<Record<VariableName, string>> = {};
  for (const name of names) lines[name] = (view[name] ?? "").replace(/\s+/g, " ").trim();
  return lines;
}

/** A view with all of its values changed. */
export function mapView(view: View, change: (value: string, name: VariableName) => string): View {
  const changed: Partial<Record<VariableName, string>> = {};
  for (const name of variableNames) {
    const value = view[name];
    if (value !== undefined) changed[name] = change(value, name);
  }
  return changed;
}
