import type { Node } from "jsonc-parser";
import { skipComma, skipComments, skipSameLineComments } from "./trivia.ts";

/**
 * The text without one child of an object or array: its comma and the blanks before it go too, every comment stays.
 * An object or array that holds nothing then has nothing between its brackets.
 */
export function withoutChild(text: string, container: Node, index: number): string {
  const children = container.children ?? [];
  const child = children[index];
  if (child === undefined) return text;
  const previous = children[index - 1];
  const end = child.offset + child.length;
  const comma = skipComma(text, end);
  const start = startOf(
    text,
    previous === undefined ? container.offset + 1 : previous.offset + previous.length,
  );
  const cut =
    text.slice(0, start) + text.slice(closing(text, container, { start, end: comma ?? end, children }));
  const isLast = comma === undefined && previous !== undefined;
  return isLast ? withoutComma(cut, previous.offset + previous.length) : cut;
}

/** Behind what belongs to the token before: its comma, the comments on its line, and comments on lines of their own. */
function startOf(text: string, previousEnd: number): number {
  const comma =
    text[previousEnd - 1] === "{" || text[previousEnd - 1] === "[" ? undefined : skipComma(text, previousEnd);
  return skipComments(text, skipSameLineComments(text, comma ?? previousEnd));
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly children: readonly Node[];
}

/** Where the text goes on: with the last child the blanks before the bracket go too, unless a comment is left inside. */
function closing(text: string, container: Node, { start, end, children }: Cut): number {
  const close = container.offset + container.length - 1;
  const isEmptied =
    children.length === 1 && start === container.offset + 1 && text.slice(end, close).trim() === "";
  return isEmptied ? close : end;
}

function withoutComma(text: string, previousEnd: number): string {
  const comma = skipComma(text, previousEnd);
  return comma === undefined ? text : text.slice(0, comma - 1) + text.slice(comma);
}
