import { FleetError, nearest } from "@fleetbus/core";
import { entriesOf, isNoun, named, type Entry, type Leaf, type Noun, type Tree } from "./tree.ts";

/** What a command line asks for. */
export type Resolved =
  | { readonly type: "run"; readonly path: string; readonly leaf: Leaf; readonly argv: readonly string[] }
  | { readonly type: "list"; readonly noun?: Noun }
  | { readonly type: "version" };

const helpFlags = ["-h", "--help"];

/**
 * Finds the command before its code is loaded: the first words name it, all else is the command's own. `help X` is
 * `X --help`. Throws `usage` with the nearest names for an unknown one.
 */
export function resolve(tree: Tree, argv: readonly string[]): Resolved {
  const [first, ...rest] = argv;
  if (first === undefined) return { type: "run", path: "", leaf: tree.overview, argv };
  if (first === "help") return rest.length === 0 ? { type: "list" } : resolve(tree, [...rest, "--help"]);
  if (helpFlags.includes(first)) return { type: "list" };
  if (first === "-V" || first === "--version") return { type: "version" };
  if (first.startsWith("-")) return { type: "run", path: "", leaf: tree.overview, argv };
  if (tree.programs?.names.includes(first) === true)
    return resolve(tree, [tree.programs.command, "--", ...argv]);
  const entries = entriesOf(tree);
  const entry = named(entries, first);
  if (entry === undefined) throw unknown("command", first, { entries, programs: tree.programs?.names });
  return isNoun(entry)
    ? resolveVerb(entry, rest)
    : { type: "run", path: entry.name, leaf: entry, argv: rest };
}

function resolveVerb(noun: Noun, argv: readonly string[]): Resolved {
  const [first, ...rest] = argv;
  const takesWords = noun.takesWords === true;
  if (first !== undefined && helpFlags.includes(first) && !takesWords) return { type: "list", noun };
  const verb = first === undefined ? undefined : named(noun.verbs, first);
  if (verb !== undefined) return { type: "run", path: `${noun.name} ${verb.name}`, leaf: verb, argv: rest };
  if (first !== undefined && !first.startsWith("-") && !takesWords)
    throw unknown(`verb of fleet ${noun.name}`, first, { entries: noun.verbs });
  const bare = noun.bare === undefined ? undefined : named(noun.verbs, noun.bare);
  return bare === undefined
    ? { type: "list", noun }
    : { type: "run", path: takesWords ? noun.name : `${noun.name} ${bare.name}`, leaf: bare, argv };
}

interface Known {
  readonly entries: readonly Entry[];
  readonly programs?: readonly string[] | undefined;
}

function unknown(what: string, word: string, { entries, programs = [] }: Known): FleetError {
  const names = [...entries.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]), ...programs];
  const near = nearest(word, names);
  const way =
    near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : `there are ${entries.map((entry) => entry.name).join(", ")}`;
  return new FleetError("usage", `reading the command line: no ${what} is called "${word}"; ${way}`);
}
