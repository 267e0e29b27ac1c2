/** The input line of a terminal agent: what was typed or pasted, and what a key makes of it. */
export interface Composer {
  readonly text: string;
  /** Inside a bracketed paste: Enter is a character there. */
  readonly isPasting: boolean;
}

/** What a chunk of terminal input did. */
export interface Typed {
  readonly composer: Composer;
  /** Lines that were submitted, in order. */
  readonly submitted: readonly string[];
  readonly isEscaped: boolean;
  readonly isQuit: boolean;
}

/** Nothing typed yet. */
export const emptyComposer: Composer = { text: "", isPasting: false };

const pasteStart = "\u001b[200~";
const pasteEnd = "\u001b[201~";

/** Folds a chunk of input, as a terminal in raw mode delivers it. */
export function type(composer: Composer, input: string): Typed {
  let state: Typed = { composer, submitted: [], isEscaped: false, isQuit: false };
  for (let at = 0; at < input.length;) {
    const key = keyAt(input, at);
    state = press(state, key);
    at += key.length;
  }
  return state;
}

function keyAt(input: string, at: number): string {
  for (const sequence of [pasteStart, pasteEnd]) if (input.startsWith(sequence, at)) return sequence;
  // Any other escape sequence is one key; a lone ESC is the Esc key.
  const sequence = /^\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.)/.exec(input.slice(at, at + 16));
  return sequence?.[0] ?? String.fromCodePoint(input.codePointAt(at) ?? 0);
}

function press(state: Typed, key: string): Typed {
  const { text, isPasting } = state.composer;
  const edit = (next: string) => ({ ...state, composer: { text: next, isPasting } });
  if (key === pasteStart || key === pasteEnd)
    return { ...state, composer: { text, isPasting: key === pasteStart } };
  if (isPasting) return edit(text + (key === "\r" ? "\n" : key));
  if (key === "\r" || key === "\n") return text.trim() === "" ? state : submit(state);
  if (key === "\u001b") return { ...state, isEscaped: true };
  if (key === "\u0003" || key === "\u0004") return text === "" ? { ...state, isQuit: true } : edit("");
  if (key === "\u0015") return edit("");
  if (key === "\u007f") return edit(Array.from(text).slice(0, -1).join(""));
  return key.length === 1 && key < " " ? state : key.startsWith("\u001b") ? state : edit(text + key);
}

function submit(state: Typed): Typed {
  const submitted = [...state.submitted, state.composer.text];
  return { ...state, submitted, composer: emptyComposer };
}
