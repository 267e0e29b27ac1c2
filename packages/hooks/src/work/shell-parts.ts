/** A simple command of a command line. */
export interface ShellPart {
  /** Without redirections; what is quoted is one word of its content. */
  readonly words: readonly string[];
  /** What stands after it: `&&`, `||`, `|`, `|&`, `;`, `&`, a line's end, or nothing. */
  readonly joint: string;
}

/**
 * The simple commands of a shell's command line, in one pass over it, without what a substitution, a here-document or a
 * comment holds. Parentheses around commands are passed over. Empty where a quotation has no end, and of a text that a
 * substitution takes from a here-document: what is quoted in it is no quotation.
 */
export function shellParts(command: string): readonly ShellPart[] {
  if (/\(\s*cat <</.test(command)) return [];
  const reading: Reading = {
    command,
    at: 0,
    parts: [],
    words: [],
    word: undefined,
    heres: [],
    skipsWord: false,
  };
  while (reading.at < command.length) if (!step(reading)) return [];
  endPart(reading, "");
  return reading.parts;
}

interface Reading {
  readonly command: string;
  at: number;
  readonly parts: ShellPart[];
  words: string[];
  word: string | undefined;
  /** What ends the here-documents that begin with the next line. */
  heres: string[];
  /** The next word is a redirection's. */
  skipsWord: boolean;
}

const joints = ["&&", "||", "|&", ";;", "|", ";", "&", "\n"] as const;

/** Reads on by a character or more; false where the rest is nothing that can be read. */
function step(on: Reading): boolean {
  const { command, at } = on;
  const char = command[at] ?? "";
  if (char === "#" && on.word === undefined) return jump(on, endOf(command, "\n", at));
  if (isSubstitution(on)) return add(on, "", afterParenthesis(command, command.indexOf("(", at)));
  if (char === "\\")
    return command[at + 1] === "\n" ? jump(on, at + 2) : add(on, command[at + 1] ?? "", at + 2);
  if (char === "'" || char === '"' || char === "`") return quoted(on, char);
  if (char === ">" || char === "<" || command.startsWith("&>", at)) return redirect(on);
  const joint = joints.find((each) => command.startsWith(each, at));
  if (joint !== undefined) return join(on, joint);
  if (!/[\s()]/.test(char)) return add(on, char, at + 1);
  endWord(on);
  return jump(on, at + 1);
}

function jump(on: Reading, at: number): boolean {
  on.at = at;
  return at >= 0;
}

function add(on: Reading, text: string, at: number): boolean {
  on.word = `${on.word ?? ""}${text}`;
  return jump(on, at);
}

/** `$(…)`, `<(…)`, `>(…)`, and what is no subshell because it stands at a word: an array, a function's name. */
function isSubstitution({ command, at, word }: Reading): boolean {
  if (command[at] === "(") return word !== undefined;
  return command[at + 1] === "(" && /[$<>]/.test(command[at] ?? "");
}

/** Where the parenthesis that opens there is closed; nothing in it counts. */
function afterParenthesis(command: string, open: number): number {
  let depth = 0;
  for (let at = open; at < command.length; at++) {
    const char = command[at] ?? "";
    if (char === "\\") at++;
    else if (char === "'" || char === '"' || char === "`") {
      at = closing(command, char, at);
      if (at < 0) return -1;
    } else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return at + 1;
  }
  return -1;
}

function quoted(on: Reading, quote: string): boolean {
  const end = closing(on.command, quote, on.at);
  if (end < 0) return false;
  return add(on, quote === "`" ? "" : on.command.slice(on.at + 1, end), end + 1);
}

function closing(command: string, quote: string, open: number): number {
  if (quote === "'") return command.indexOf("'", open + 1);
  for (let at = open + 1; at < command.length; at++) {
    if (command[at] === "\\") at++;
    else if (command[at] === quote) return at;
  }
  return -1;
}

function redirect(on: Reading): boolean {
  const { command, at } = on;
  if (/^\d+$/.test(on.word ?? "")) on.word = undefined;
  endWord(on);
  const here = /<<-?[ \t]*(?:(['"])([^'"\n]{1,100})\1|\\?([\w.-]{1,100}))/y;
  here.lastIndex = at;
  const [whole = "", , inQuotes, bare] = command.startsWith("<<<", at) ? [] : (here.exec(command) ?? []);
  if (whole !== "") on.heres.push(inQuotes ?? bare ?? "");
  else on.skipsWord = true;
  const sign = /&?(?:>>|>&|>\||<<<|<&|<>|>|<)&?/y;
  sign.lastIndex = at;
  return jump(on, at + (whole === "" ? (sign.exec(command)?.[0].length ?? 1) : whole.length));
}

function join(on: Reading, joint: string): boolean {
  endPart(on, joint);
  return jump(on, joint === "\n" ? afterHeres(on) : on.at + joint.length);
}

/** One that is never ended goes to the end. */
function afterHeres({ command, at, heres }: Reading): number {
  let next = at + 1;
  for (const end of heres.splice(0)) {
    while (next < command.length) {
      const line = command.slice(next, endOf(command, "\n", next));
      next += line.length + 1;
      if (line.trim() === end) break;
    }
  }
  return next;
}

function endOf(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found < 0 ? text.length : found;
}

function endWord(on: Reading): void {
  if (on.word === undefined) return;
  if (!on.skipsWord) on.words.push(on.word);
  on.skipsWord = false;
  on.word = undefined;
}

function endPart(on: Reading, joint: string): void {
  endWord(on);
  if (on.words.length > 0) on.parts.push({ words: on.words, joint });
  on.skipsWord = false;
  on.words = [];
}
