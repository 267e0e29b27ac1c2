/** Longer pastes are wrapped by Claude and taken for foreign text (HOOKS.md §5). */
const maxLength = 699;

/**
 * A wake's text as what may be typed: one line under 700 characters without control characters, escape sequences, paste
 * terminators, bidi or invisible characters, whatever was in it (ECOSYSTEM.md, Security 3). A beginning that the CLI
 * would take for a command gets a word before it; an end that would open its file menu gets a full stop after it.
 */
export function typedLine(text: string, leads: string): string {
  const printable = text
    .normalize("NFC")
    .replace(escapeSequences, " ")
    .replace(unprintable, " ")
    .replace(invisible, "")
    .replace(/\s+/gu, " ")
    .trim();
  const safe = leads.includes(printable.charAt(0)) && printable !== "" ? `fleet: ${printable}` : printable;
  const line = cut(safe, maxLength - 2);
  return /(^|\s)@\S*$/u.test(line) ? `${line} .` : line;
}

/** CSI; then the strings (DCS, SOS, OSC, PM, APC) with their end or without; then the two-character escapes; each 7 or 8 bit. */
const escapeSequences = new RegExp(
  [
    String.raw`(?:\x1B\[|\x9B)[0-?]*[ -/]*[@-~]?`,
    String.raw`(?:\x1B[PX\]^_]|[\x90\x98\x9D-\x9F])[^\x07\x1B\x9C]*(?:\x07|\x1B\\|\x9C)?`,
    String.raw`\x1B[ -/]*[0-~]?`,
  ].join("|"),
  "gu",
);

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/** Format characters (bidi, zero width, tags), surrogates, private use and unassigned ones; the joiner inside emoji stays. */
const invisible = /(?<!\p{Extended_Pictographic}\uFE0F?)\u200D|(?!\u200D)[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text));
  return characters
    .filter(({ index, segment }) => index + segment.length <= length)
    .map(({ segment }) => segment)
    .join("");
}
