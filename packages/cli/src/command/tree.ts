import type { Command } from "./define.ts";

/** A command in the tree: its code is loaded when it is run or asked for help. */
export interface Leaf {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line of the listing. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** A noun with verbs. Alone it does what `bare` names. */
export interface Noun {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly verbs: readonly Leaf[];
  /** The verb of the bare noun; absent: the bare noun shows its verbs. */
  readonly bare?: string;
  /** Words that are no verb are the bare verb's. */
  readonly takesWords?: boolean;
}

/** What stands at the top of the command line. */
export type Entry = Leaf | Noun;

/** A titled group of the top help. */
export interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The whole command line as data. */
export interface Tree {
  /** `fleet` alone. */
  readonly overview: Leaf;
  readonly groups: readonly Group[];
  /** Words that are no command of fleet but programs, and the command that takes such a line behind its `--`. */
  readonly programs?: { readonly names: readonly string[]; readonly command: string };
}

/** Whether an entry has verbs. */
export function isNoun(entry: Entry): entry is Noun {
  return "verbs" in entry;
}

/** The entry or verb that bears this name or alias. */
export function named<T extends Entry>(entries: readonly T[], name: string): T | undefined {
  return entries.find((entry) => entry.name === name || entry.aliases?.includes(name) === true);
}

/** Every entry of the tree. */
export function entriesOf(tree: Tree): readonly Entry[] {
  return tree.groups.flatMap((group) => group.entries);
}
