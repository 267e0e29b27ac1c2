/** What a person's key, or what a terminal sends by itself, does to the line that is being typed. */
export type Key =
  /** One character of text; bytes of one character beyond the first are no key of their own. */
  | { readonly is: "text"; readonly character: string }
  | { readonly is: "enter" | "line break" | "erase" | "cancel" | "clear" | "escape" }
  | { readonly is: "paste begins" | "paste ends" }
  /** Its effect is not known by its bytes alone: the cursor, the history, a completion, a view. */
  | { readonly is: "other" }
  /** A key that changes nothing in a composer. */
  | { readonly is: "harmless" }
  /** No key at all: the terminal's answers, its focus, its mouse. */
  | { readonly is: "report" };

/** The keys in what came in, and what begins another one: to be given again before what comes next. */
export interface ReadKeys {
  readonly keys: readonly Key[];
  readonly rest: string;
}

/**
 * Cuts terminal input (latin1: one character a byte) into keys. A lone ESC at the end is the Esc key, and stays the rest:
 * what follows it at once was the key's sequence.
 */
export function readKeys(rest: string, input: string): ReadKeys {
  const all = isContinued(rest, input) ? rest + input : input;
  const keys: Key[] = [];
  let at = 0;
  while (at < all.length) {
    const length = lengthAt(all, at);
    if (length === undefined) break;
    keys.push(keyOf(all.slice(at, at + length)));
    at += length;
  }
  const left = all.slice(at);
  return { keys: left === escape ? [...keys, { is: "escape" }] : keys, rest: left };
}

/** After the Esc key only what cannot be a key of its own belongs to it. */
function isContinued(rest: string, input: string): boolean {
  return rest !== escape || /^(?:[[O]|[P\]X^_].)/s.test(input);
}

const escape = "\u001b";
/** The longest sequence that is waited for; a longer one is taken for none. */
const longest = 4096;

/** CSI; mouse in its old form; SS3; the strings (DCS, SOS, OSC, PM, APC); ESC with one character. */
const sequence =
  // eslint-disable-next-line no-control-regex -- control sequences are what is looked for
  /^\u001b(?:\[M[^]{3}|\[(?!M)[0-?]*[ -/]*[@-~]|O[^]|[P\]X^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[^[OP\]X^_\u001b])/;

/** Undefined: it has not all come yet. */
function lengthAt(all: string, at: number): number | undefined {
  if (all[at] !== escape) return 1;
  if (all[at + 1] === escape) return 1;
  const found = sequence.exec(all.slice(at, at + longest));
  if (found !== null) return found[0].length;
  return all.length - at >= longest ? 1 : undefined;
}

function keyOf(bytes: string): Key {
  if (bytes.length > 1) return sequenceKey(bytes);
  const single = singles[bytes];
  if (single !== undefined) return { is: single };
  if (bytes < " ") return { is: "other" };
  // The second and further bytes of one character in UTF-8.
  return bytes >= "\u0080" && bytes < "\u00c0" ? { is: "report" } : { is: "text", character: bytes };
}

type Plain = Exclude<Key["is"], "text">;

const singles: Readonly<Record<string, Plain>> = {
  "\r": "enter",
  "\n": "line break", // C-j: a terminal sends Enter as CR, also for the line ends of what is pasted
  "\u007f": "erase",
  "\b": "erase",
  "\u0003": "cancel",
  "\u0015": "clear",
  "\u001b": "escape",
  "\u0000": "harmless",
  "\u0004": "harmless",
  "\u000c": "harmless",
  "\u001a": "harmless",
  // They take words and line ends away: what was counted stands there at most.
  "\u0017": "harmless",
  "\u000b": "harmless",
};

const sequences: readonly (readonly [RegExp, Plain])[] = [
  [/^\[200~$/, "paste begins"],
  [/^\[201~$/, "paste ends"],
  [/^\[(?:\?|>|<|=)/, "report"],
  [/^\[(?:M|I$|O$|\d*;\d*R$|0?n$|\d+(?:;\d+)+t$)/, "report"],
  [/^[P\]X^_]/, "report"],
  // A key that is let go, in kitty's protocol.
  [/^\[[\d;]*:3[u~A-HPQS]$/, "report"],
  [/^\[13(?:;1)?(?::[12])?u$/, "enter"],
  [/^(?:\r|\n|\[13;\d+(?::[12])?u|\[27;\d+;13~)$/, "line break"],
  [/^\[27(?:;1)?(?::[12])?u$/, "escape"],
  [/^\[(?:99;5(?::[12])?u|27;5;99~)$/, "cancel"],
  [/^\[(?:117;5(?::[12])?u|27;5;117~)$/, "clear"],
  [/^\[127(?:;1)?(?::[12])?u$/, "erase"],
  // Shift-Tab changes the mode; pages scroll.
  [/^\[(?:Z|[56]~)$/, "harmless"],
];

function sequenceKey(bytes: string): Key {
  const body = bytes.slice(1);
  const [, is = "other"] = sequences.find(([pattern]) => pattern.test(body)) ?? [];
  return { is } satisfies { is: Plain };
}
