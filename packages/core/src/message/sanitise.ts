import { cutBytes } from "./bytes.ts";

/**
 * Foreign text made safe for a terminal and for a reader (ECOSYSTEM.md, security 3). An allow-list: letters, marks,
 * numbers, punctuation, symbols, spaces, newline and tab stay; escape sequences go whole, also 8-bit or unterminated ones
 * (these up to the end of their line); every control, bidi, zero-width, tag, private or unassigned character goes, but
 * what holds an emoji together, and marks beyond 16 on one letter. CR and line separators become newlines; NFC. Idempotent.
 */
export function sanitise(text: string, options: { readonly maxBytes?: number } = {}): string {
  const listed = dropUnlisted(foldNewlines(dropEscapes(text)));
  const clean = capMarks(capMarks(dropStrays(listed)).normalize("NFC"));
  return options.maxBytes === undefined ? clean : dropStrays(cutBytes(clean, options.maxBytes));
}

/** As `sanitise`, on one line: every run of white space is one space, none at the ends. For names, subjects, lists. */
export function sanitiseLine(text: string, options: { readonly maxBytes?: number } = {}): string {
  const line = sanitise(text).replace(/\s+/gu, " ").trim();
  return options.maxBytes === undefined ? line : dropStrays(cutBytes(line, options.maxBytes)).trim();
}

/** The longest text that may be typed into a pane: longer ones come wrapped as foreign text (HOOKS.md §5). In UTF-16 units. */
export const maxPaneLength = 699;

/**
 * Text that may be typed into a pane: one line that holds neither an escape nor a paste terminator nor a lone CR, under
 * 700 characters, and begins with nothing that a CLI takes for a command (`/`, `!`, `#`, `@`, `&`, `?`).
 */
export function sanitiseForPane(text: string): string {
  const line = sanitiseLine(text).replace(/^[\s/!#@&?]+/u, "");
  return line.length <= maxPaneLength ? line : cutUnits(line, maxPaneLength);
}

/** Sequences of ECMA-48 in 7 and 8 bit: CSI; strings (OSC, DCS, SOS, PM, APC); single shifts; all others. */
const escapes = new RegExp(
  [
    String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?`,
    String.raw`(?:\x1b[P\]X^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x18\x1a\x1b\x9c\n]*(?:\x1b\\|[\x07\x9c])?`,
    String.raw`(?:\x1b[NO]|[\x8e\x8f])[ -~]?`,
    String.raw`\x1b[ -/]*[0-~]?`,
  ].join("|"),
  "g",
);

function dropEscapes(text: string): string {
  return text.replace(escapes, "");
}

function foldNewlines(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, "\n");
}

const joiner = "\u200d";
const variations = "\ufe0e\ufe0f";
const unlisted = new RegExp(
  String.raw`(?![\n\t${joiner}${variations}])(?:[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|\p{Default_Ignorable_Code_Point})`,
  "gu",
);

function dropUnlisted(text: string): string {
  return text.replace(unlisted, "");
}

/** A joiner stays between two pictographs, a variation selector behind one; anywhere else they hide things. */
const strays = new RegExp(
  [
    String.raw`(?<![\p{Emoji}\p{Extended_Pictographic}])[${variations}]`,
    String.raw`(?<!\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)${joiner}`,
    String.raw`${joiner}(?!\p{Extended_Pictographic})`,
  ].join("|"),
  "gu",
);

function dropStrays(text: string): string {
  return text.replace(strays, "");
}

/** More marks than this on one letter are no writing; a long run of them also takes `normalize` quadratic time. */
const marks = /(\p{M}{16})\p{M}+/gu;

function capMarks(text: string): string {
  return text.replace(marks, "$1");
}

function cutUnits(text: string, maxUnits: number): string {
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(maxUnits - 1));
  return dropStrays(text.slice(0, isSplit ? maxUnits - 1 : maxUnits)).trim();
}
