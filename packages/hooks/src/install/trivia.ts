/** What stands between two tokens of JSON with comments. Offsets point behind a token, never into a string. */
const BLANKS = /[\t\n\r \uFEFF]*/y;
const COMMENT = /\/\/[^\n\r]*|\/\*[\s\S]*?\*\//y;
const SAME_LINE = /[\t ]*(?:\/\/[^\n\r]*|\/\*[^\n\r]*?\*\/)/y;

/** The offset of the next token, behind blanks and comments. */
export function skipTrivia(text: string, offset: number): number {
  for (let at = offset; ;) {
    const next = matchAt(COMMENT, text, matchAt(BLANKS, text, at));
    if (next === matchAt(BLANKS, text, at)) return next;
    at = next;
  }
}

/** Behind the comments that stand on the same line: they belong to what is before them. */
export function skipSameLineComments(text: string, offset: number): number {
  for (let at = offset; ;) {
    const next = matchAt(SAME_LINE, text, at);
    if (next === at) return at;
    at = next;
  }
}

/** Behind the last comment before the next token; `offset` itself when there is none. */
export function skipComments(text: string, offset: number): number {
  for (let at = offset; ;) {
    const blank = matchAt(BLANKS, text, at);
    const next = matchAt(COMMENT, text, blank);
    if (next === blank) return at;
    at = next;
  }
}

/** Behind the comma that follows, or undefined when none does. */
export function skipComma(text: string, offset: number): number | undefined {
  const next = skipTrivia(text, offset);
  return text[next] === "," ? next + 1 : undefined;
}

function matchAt(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  const [match] = pattern.exec(text) ?? [""];
  return offset + match.length;
}
