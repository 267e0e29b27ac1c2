import { entriesOf, type Entry, type Noun, type Tree } from "./tree.ts";

/** The top help: every command in its group, one line each. Loads none of them. */
export function renderTree(tree: Tree): string {
  const width = widest(entriesOf(tree));
  const groups = tree.groups.map((group) => `${group.title}:\n${lines(group.entries, width)}`);
  return [
    "Usage: fleet [command] [options]",
    "A message bus for terminal agent sessions: what is said arrives, and the sender sees the proof.",
    `  ${"fleet".padEnd(width)}  ${tree.overview.summary}`,
    ...groups,
    "fleet help <command> tells more of each; --json is understood by all that read.\n",
  ].join("\n\n");
}

/** The verbs of a noun. */
export function renderNoun(noun: Noun): string {
  const bare =
    noun.bare === undefined ? "" : `\n\nfleet ${noun.name} alone is fleet ${noun.name} ${noun.bare}.`;
  return `Usage: fleet ${noun.name} <verb> [options]\n\n${noun.summary}\n\n${lines(noun.verbs, widest(noun.verbs))}${bare}\n`;
}

function lines(entries: readonly Entry[], width: number): string {
  return entries.map((entry) => `  ${label(entry).padEnd(width)}  ${entry.summary}`).join("\n");
}

function widest(entries: readonly Entry[]): number {
  return Math.max(...entries.map((entry) => label(entry).length));
}

function label(entry: Entry): string {
  return [entry.name, ...(entry.aliases ?? [])].join(", ");
}
