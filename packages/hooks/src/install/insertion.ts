import type { Node } from "jsonc-parser";
import { indentAt, type SettingsDocument } from "./document.ts";
import { skipComma, skipComments, skipSameLineComments } from "./trivia.ts";

/** One replacement. `before` stands at `offset` and becomes `after`; kept, it can be undone wherever it then stands. */
export interface Edit {
  readonly offset: number;
  readonly before: string;
  readonly after: string;
}

/** What is to be added: an array's element, or an object's property with its name. */
export interface Entry {
  readonly name?: string;
  readonly value: unknown;
}

/** Adds entries at the end of an object or array in the file's own style, comments left where they are. */
export function insertion(document: SettingsDocument, container: Node, entries: readonly Entry[]): Edit {
  const last = container.children?.at(-1);
  return last === undefined
    ? intoEmpty(document, container, entries)
    : behindLast(document, { container, last }, entries);
}

/** The text with all edits made; they must not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => b.offset - a.offset);
  return sorted.reduce(
    (result, { offset, before, after }) =>
      result.slice(0, offset) + after + result.slice(offset + before.length),
    text,
  );
}

function intoEmpty(document: SettingsDocument, container: Node, entries: readonly Entry[]): Edit {
  const { text, eol, unit, isCompact } = document;
  const close = container.offset + container.length - 1;
  const offset = skipComments(text, container.offset + 1);
  const before = text.slice(offset, close);
  if (isCompact) return { offset, before, after: render(document, entries, undefined).join(",") };
  const outer = indentAt(text, container.offset);
  const lines = render(document, entries, outer + unit).map((entry) => eol + outer + unit + entry);
  return { offset, before, after: lines.join(",") + eol + outer };
}

interface Tail {
  readonly container: Node;
  readonly last: Node;
}

function behindLast(document: SettingsDocument, { container, last }: Tail, entries: readonly Entry[]): Edit {
  const { text, eol } = document;
  const offset = last.offset + last.length;
  const comma = skipComma(text, offset);
  const first = container.children?.[0] ?? last;
  if (!text.slice(container.offset, first.offset).includes("\n")) {
    const gap = text[first.offset - 1] === " " || entryGap(document, container) ? " " : "";
    const added = render(document, entries, undefined)
      .map((entry) => `,${gap}${entry}`)
      .join("");
    return { offset, before: "", after: added };
  }
  const indent = indentAt(text, first.offset);
  const before = text.slice(offset, skipSameLineComments(text, comma ?? offset));
  const added = render(document, entries, indent).map((entry) => eol + indent + entry);
  return {
    offset,
    before,
    after: (comma === undefined ? "," : "") + before + added.join(",") + (comma === undefined ? "" : ","),
  };
}

/** Whether a one-line container puts blanks behind its commas. */
function entryGap({ text }: SettingsDocument, { children = [] }: Node): boolean {
  const second = children[1];
  return second !== undefined && text[second.offset - 1] === " ";
}

/** Each entry as text: over lines at this indent, or on one line without one. */
function render(
  { eol, unit }: SettingsDocument,
  entries: readonly Entry[],
  indent: string | undefined,
): readonly string[] {
  return entries.map(({ name, value }) => {
    const space = indent === undefined ? "" : unit;
    const json = JSON.stringify(value, null, space).replaceAll("\n", eol + (indent ?? ""));
    return name === undefined ? json : `${JSON.stringify(name)}:${space === "" ? "" : " "}${json}`;
  });
}
