import { readKeys, type Key } from "./keys.ts";

/** What stands in a composer by the keys that went into it (HOOKS.md §5: without a screen nothing else tells). */
export interface Draft {
  /** Characters of a person's text, at most. */
  readonly characters: number;
  /** Keys were pressed whose effect is not known: a prompt of before may stand there, the cursor elsewhere. */
  readonly isUnsure: boolean;
  /** More than one line. */
  readonly hasLines: boolean;
  /** Inside a bracketed paste. */
  readonly isPasting: boolean;
  /** Something was submitted that may have opened a menu or a view; a turn tells that it did not, Esc closes it. */
  readonly mayBeOpen: boolean;
  /** How often that came about. */
  readonly openings: number;
  /** The last key. */
  readonly last: Key["is"] | "backslash";
  /** The beginning of a sequence that has not all come, in latin1. */
  readonly rest: string;
}

/** Nothing typed yet. */
export const emptyDraft: Draft = {
  characters: 0,
  isUnsure: false,
  hasLines: false,
  isPasting: false,
  mayBeOpen: false,
  openings: 0,
  last: "report",
  rest: "",
};

/** A draft after more input, and whether any of it was a key of a person's. */
export interface Folded {
  readonly draft: Draft;
  readonly hasKey: boolean;
}

/**
 * Folds terminal input into what stands in the composer. Enter, C-c and C-u clear it; escape sequences are never text.
 * Where it errs it finds a draft that is none: then nobody types.
 */
export function foldDraft(draft: Draft, input: Uint8Array): Folded {
  const { keys, rest } = readKeys(draft.rest, Buffer.from(input).toString("latin1"));
  const folded = keys.reduce(press, draft);
  return { draft: { ...folded, rest }, hasKey: keys.some((key) => key.is !== "report") };
}

/** Whether nothing of a person's stands there, for sure. */
export function isEmpty({ characters, isUnsure, isPasting, rest }: Draft): boolean {
  const isBetween = rest.length > 1; // a lone ESC was the Esc key
  return characters === 0 && !isUnsure && !isPasting && !isBetween;
}

/** A composer whose text was submitted, by whomever. */
export function submitted(draft: Draft): Draft {
  return opened({ ...draft, ...cleared, last: "enter" });
}

function opened(draft: Draft): Draft {
  return { ...draft, mayBeOpen: true, openings: draft.openings + 1 };
}

const cleared = { characters: 0, isUnsure: false, hasLines: false, isPasting: false } as const;

function press(draft: Draft, key: Key): Draft {
  if (key.is === "report") return draft;
  const next = draft.isPasting && key.is !== "paste ends" ? paste(draft, key) : effects[key.is](draft);
  return { ...next, last: key.is === "text" && key.character === "\\" ? "backslash" : key.is };
}

/** Everything is text in there, and its line ends submit nothing. */
function paste(draft: Draft, key: Key): Draft {
  const isLineEnd = key.is === "enter" || key.is === "line break";
  return { ...add(draft), hasLines: draft.hasLines || isLineEnd };
}

function add(draft: Draft): Draft {
  return { ...draft, characters: draft.characters + 1 };
}

const effects: Readonly<Record<Exclude<Key["is"], "report">, (draft: Draft) => Draft>> = {
  text: add,
  "line break": (draft) => ({ ...add(draft), hasLines: true }),
  enter: (draft) => {
    if (draft.last === "backslash") return { ...add(draft), hasLines: true };
    const isSubmitted = draft.characters > 0 || draft.isUnsure;
    return isSubmitted ? submitted(draft) : draft;
  },
  erase: (draft) => ({ ...draft, characters: Math.max(0, draft.characters - 1) }),
  cancel: (draft) => ({ ...draft, ...cleared, mayBeOpen: false }),
  // It takes what stands before the cursor, in its line: all, where that is known to be at the end.
  clear: (draft) => (draft.isUnsure || draft.hasLines ? draft : { ...draft, ...cleared }),
  // The second in a row may open a list of what was said before.
  escape: (draft) =>
    draft.last === "escape" && !draft.mayBeOpen ? opened(draft) : { ...draft, mayBeOpen: false },
  "paste begins": (draft) => ({ ...draft, isPasting: true }),
  "paste ends": (draft) => ({ ...draft, isPasting: false }),
  other: (draft) => ({ ...draft, isUnsure: true }),
  harmless: (draft) => draft,
};
