import { cutBytes } from "@fleetbus/core";
import type { Order, Words } from "./order.ts";

/** What all events of a run say: of a command line of a megabyte its beginning will do. */
export interface RunFacts extends Omit<Words, "to"> {
  readonly command: string[];
  readonly cwd: string;
  readonly to?: string[];
}

const maxArgs = 64;
const maxArgBytes = 1024;

/** The facts of an order. */
export function factsOf({ argv, words: { to, ...words } }: Order, cwd: string): RunFacts {
  const shown = argv.slice(0, maxArgs).map((word) => shorten(word));
  const left = argv.length - shown.length;
  const command = left === 0 ? shown : [...shown, `… and ${left} more`];
  return { command, cwd, ...words, ...(to === undefined ? {} : { to: [...to] }) };
}

function shorten(word: string): string {
  const cut = cutBytes(word, maxArgBytes);
  return cut === word ? word : `${cut}…`;
}
