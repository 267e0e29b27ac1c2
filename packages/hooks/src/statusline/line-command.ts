/** The command of Claude Code's status line that shows fleet's, below the user's own where there is one. */
export function lineCommand(script: string, own?: string): string {
  return own === undefined ? `${word(script)} claude` : `${word(script)} with ${word(own)}`;
}

/** What a command of lineCommand was made from; undefined for any other. */
export interface ReadLineCommand {
  readonly script: string;
  readonly own: string | undefined;
}

/** Reads such a command, of whichever place or version. */
export function readLineCommand(command: string): ReadLineCommand | undefined {
  const { script: first = "", rest = "" } = shape.exec(command)?.groups ?? {};
  const script = wordOf(first);
  if (!/(^|\/)fleet-line$/.test(script)) return undefined;
  if (rest === "claude") return { script, own: undefined };
  return rest.startsWith("with ") ? { script, own: wordOf(rest.slice("with ".length)) } : undefined;
}

const shape = /^(?<script>'(?:[^']|'\\'')*'|[^\s']+) (?<rest>claude|with (?:'(?:[^']|'\\'')*'|[^\s']+))$/;

/** As a word of a POSIX shell. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function wordOf(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll(String.raw`'\''`, "'") : text;
}
