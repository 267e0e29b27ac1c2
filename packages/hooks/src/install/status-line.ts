import { getNodeValue, type Node } from "jsonc-parser";
import { lineCommand, readLineCommand, type ReadLineCommand } from "../statusline/line-command.ts";
import { nameOf, parseDocument, propertyOf, refusal, valueOf, type SettingsDocument } from "./document.ts";
import type { Edit, Entry } from "./insertion.ts";
import { withoutChild } from "./removal.ts";
import type { SettingsText } from "./settings-text.ts";

/** What adding a status line means for a file: an entry of its root, or an edit of the user's own command. */
export interface LineInsertion {
  readonly entries: readonly Entry[];
  readonly edits: readonly Edit[];
}

const nothing: LineInsertion = { entries: [], edits: [] };

/** fleet's status line as it stands; undefined where there is none, or the user's alone. Throws `config` as commandOf. */
export function standingLine(document: SettingsDocument | undefined): ReadLineCommand | undefined {
  const command = document === undefined ? undefined : commandOf(document);
  return command === undefined ? undefined : readLineCommand(String(getNodeValue(command)));
}

/** How to show fleet's line by this script: alone, or below the user's own, whose other settings stay as they are. */
export function lineInsertion(document: SettingsDocument, script: string | undefined): LineInsertion {
  if (script === undefined) return nothing;
  const command = commandOf(document);
  if (command === undefined) {
    // In seconds: nothing else draws the line anew in a session that is idle.
    const value = { type: "command", command: lineCommand(script), refreshInterval: 5 };
    return { entries: [{ name: "statusLine", value }], edits: [] };
  }
  const standing = String(getNodeValue(command));
  const known = readLineCommand(standing);
  return {
    entries: [],
    edits: [edit(document, command, lineCommand(script, known === undefined ? standing : known.own))],
  };
}

/** The text without fleet's line: the user's own command is what it was. */
export function withoutLine({ file, text }: SettingsText & { readonly text: string }): string {
  const document = parseDocument(file, text);
  const line = standingLine(document);
  const command = line === undefined ? undefined : commandOf(document);
  if (line === undefined || command === undefined) return text;
  if (line.own !== undefined) {
    const { offset, before, after } = edit(document, command, line.own);
    return text.slice(0, offset) + after + text.slice(offset + before.length);
  }
  const at = (document.root.children ?? []).findIndex((property) => nameOf(property) === "statusLine");
  return withoutChild(text, document.root, at);
}

/** The command's value; undefined where there is no status line. Throws `config` for one that is of another kind. */
function commandOf(document: SettingsDocument): Node | undefined {
  const property = propertyOf(document, document.root, "statusLine");
  if (property === undefined) return undefined;
  const command = propertyOf(document, valueOf(document, property, "object"), "command")?.children?.[1];
  if (command?.type === "string") return command;
  throw refusal(document, property.offset, `"statusLine" has no command`);
}

function edit({ text }: SettingsDocument, { offset, length }: Node, command: string): Edit {
  return { offset, before: text.slice(offset, offset + length), after: JSON.stringify(command) };
}
