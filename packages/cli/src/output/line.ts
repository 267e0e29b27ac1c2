import { sanitise } from "@fleetbus/core";

/** Facts on one line, two spaces between them, each made safe for a terminal; what is missing or empty is left out. */
export function lineOf(facts: readonly (string | false | undefined)[]): string {
  return facts.flatMap((fact) => (fact ? [sanitise(fact).replace(/[\n\t]+/g, " ")] : [])).join("  ");
}
