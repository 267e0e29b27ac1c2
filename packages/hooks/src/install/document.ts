import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { FleetError } from "@fleetbus/core";

/** A settings file as text and tree: JSON, also with comments and trailing commas. All offsets are into `text`. */
export interface SettingsDocument {
  readonly file: string;
  /** With its byte order mark, if it has one. */
  readonly text: string;
  readonly root: Node;
  /** The line end it uses. */
  readonly eol: string;
  /** One level of its indentation. */
  readonly unit: string;
  /** All on one line, as another tool wrote it. */
  readonly isCompact: boolean;
}

/** Reads a settings file that holds more than blanks; throws `config` with line and column when it is no JSON object. */
export function parseDocument(file: string, text: string): SettingsDocument {
  const errors: ParseError[] = [];
  // The mark would be an invalid symbol; a blank keeps the offsets.
  const root = parseTree(text.replace(/^\uFEFF/, " "), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) throw refusal({ file, text }, error.offset, printParseErrorCode(error.error));
  if (root?.type !== "object") throw refusal({ file, text }, root?.offset ?? 0, "no object");
  const isCompact = !text.trim().includes("\n") && (root.children?.length ?? 0) > 0;
  return {
    file,
    text,
    root,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
    unit: unitOf(text, root),
    isCompact,
  };
}

/** The property of an object; throws `config` when it is there twice, for then tools disagree about which one counts. */
export function propertyOf(document: SettingsDocument, object: Node, name: string): Node | undefined {
  const [found, second] = (object.children ?? []).filter((property) => nameOf(property) === name);
  if (second !== undefined) throw refusal(document, second.offset, `a second "${name}"`);
  return found;
}

/** The value of a property, which has to be of this type; throws `config` else. */
export function valueOf(document: SettingsDocument, property: Node, type: "object" | "array"): Node {
  const value = property.children?.[1];
  if (value?.type === type) return value;
  throw refusal(document, property.offset, `"${nameOf(property)}" is no ${type}`);
}

/** The name of a property node. */
export function nameOf(property: Node): string {
  return String(property.children?.[0]?.value);
}

/** The blanks that the line of `offset` begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[\t ]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

function unitOf(text: string, root: Node): string {
  const first = root.children?.[0];
  if (first === undefined || !text.slice(0, first.offset).includes("\n")) return "  ";
  return indentAt(text, first.offset) || "  ";
}

type Place = Pick<SettingsDocument, "file" | "text">;

/** The error for a settings file that says something which cannot be worked with, with its line and column. */
export function refusal({ file, text }: Place, offset: number, what: string): FleetError {
  const lines = text.slice(0, offset).split("\n");
  const place = { line: lines.length, column: (lines.at(-1) ?? "").replace(/^\uFEFF/, "").length + 1 };
  const message = `reading ${file}:${place.line}:${place.column}: ${what}; mend it first, nothing was changed`;
  return new FleetError("config", message, { details: { file, ...place } });
}
