import type { Node } from "jsonc-parser";
import { parseDocument, propertyOf, valueOf, type SettingsDocument } from "./document.ts";
import { applyEdits, insertion, type Edit } from "./insertion.ts";
import { hooksObject, ownHandlers, type HookSet, type WantedHook } from "./hook-set.ts";
import { withoutChild } from "./removal.ts";
import { ruleInsertion, withoutRules } from "./rules.ts";
import { lineInsertion, withoutLine, type LineInsertion } from "./status-line.ts";

/** What an installation did to a file, kept so that it can be undone to the byte. */
export interface Installed {
  /** Whose hooks they are. */
  readonly cli: string;
  /** What there was before: no file, nothing but blanks, or settings. */
  readonly base:
    | { readonly is: "missing" }
    | { readonly is: "blank"; readonly text: string }
    | { readonly is: "settings" };
  readonly edits: readonly Pick<Edit, "before" | "after">[];
  /** The permission rules that it added: those that stood there before are the user's. */
  readonly rules: readonly string[];
  /** The script of the status line that it added. */
  readonly line?: string | undefined;
  /** The outermost folder that was made for the file; absent where its folder was there. */
  readonly folder?: string | undefined;
}

/** A file to work on. */
export interface SettingsText {
  readonly file: string;
  /** Undefined: there is no file. */
  readonly text: string | undefined;
}

const empty = "{}\n";

/** What is wanted in a file beside the set's hooks. */
export interface Extras {
  /** Permission rules. */
  readonly rules: readonly string[];
  /** The script of the status line. */
  readonly line?: string | undefined;
}

/**
 * The text with the set's hooks and the extras at the end of what stands there, and what was done. The file must hold none
 * of fleet's hooks; rules that stand there already are left as they are.
 */
export function withHooks(
  { file, text }: SettingsText,
  { cli, wanted }: Pick<HookSet, "cli" | "wanted">,
  { rules, line }: Extras,
): { readonly text: string; readonly installed: Installed } {
  const base = baseOf(text);
  const document = parseDocument(file, base.is === "settings" && text !== undefined ? text : empty);
  const added = ruleInsertion(document, rules);
  const shown = lineInsertion(document, line);
  const extras = { entries: [...added.entries, ...shown.entries], edits: [...added.edits, ...shown.edits] };
  const edits = editsFor(document, wanted, extras);
  return {
    text: applyEdits(document.text, edits),
    installed: { cli, base, edits, rules: added.rules, line },
  };
}

/**
 * The text without fleet's hooks: what an installation noted is undone to the byte wherever it now stands; what the
 * user changed meanwhile within it, or a lost note, is taken out by ownership; rules and status line only by the note, for
 * the user may have written the same. Undefined: the file is to go.
 */
export function withoutHooks(
  { file, text }: SettingsText,
  set: HookSet,
  installed: Installed | undefined,
): string | undefined {
  if (text === undefined || baseOf(text).is !== "settings") return text;
  const undone = (installed?.edits ?? []).reduceRight(undo, text);
  const hookless = withoutOwn({ file, text: undone }, set);
  const ruleless = withoutRules({ file, text: hookless }, installed?.rules ?? []);
  const cleaned = installed?.line === undefined ? ruleless : withoutLine({ file, text: ruleless });
  if (cleaned.trim() !== empty.trim() || installed === undefined || cleaned === text) return cleaned;
  if (installed.base.is === "missing") return undefined;
  return installed.base.is === "blank" ? installed.base.text : cleaned;
}

/** Reads the settings, or nothing where there is no file or only blanks. */
export function documentOf({ file, text }: SettingsText): SettingsDocument | undefined {
  return text === undefined || baseOf(text).is !== "settings" ? undefined : parseDocument(file, text);
}

function baseOf(text: string | undefined): Installed["base"] {
  if (text === undefined) return { is: "missing" };
  return text.replace(/^\uFEFF/, "").trim() === "" ? { is: "blank", text } : { is: "settings" };
}

/** What both add to the root is one edit: two at one place could not be told apart. */
function editsFor(
  document: SettingsDocument,
  wanted: readonly WantedHook[],
  extras: LineInsertion,
): readonly Edit[] {
  const hooks = hooksObject(document);
  const value = Object.fromEntries(wanted.map(({ event, handlers }) => [event, [{ hooks: handlers }]]));
  const isNew = hooks === undefined && wanted.length > 0;
  const entries = [...(isNew ? [{ name: "hooks", value }] : []), ...extras.entries];
  const atRoot = entries.length === 0 ? [] : [insertion(document, document.root, entries)];
  const inHooks = hooks === undefined ? [] : hookEdits(document, hooks, wanted);
  return [...inHooks, ...extras.edits, ...atRoot];
}

function hookEdits(document: SettingsDocument, hooks: Node, wanted: readonly WantedHook[]): readonly Edit[] {
  const isThere = ({ event }: WantedHook) => propertyOf(document, hooks, event) !== undefined;
  const added = wanted
    .filter((hook) => !isThere(hook))
    .map(({ event, handlers }) => ({ name: event, value: [{ hooks: handlers }] }));
  const joined = wanted.filter(isThere).map(({ event, handlers }) => {
    const property = propertyOf(document, hooks, event) ?? hooks;
    return insertion(document, valueOf(document, property, "array"), [{ value: { hooks: handlers } }]);
  });
  return added.length === 0 ? joined : [...joined, insertion(document, hooks, added)];
}

function undo(text: string, { before, after }: Pick<Edit, "before" | "after">): string {
  const at = text.indexOf(after);
  const isOne = at >= 0 && text.indexOf(after, at + 1) < 0;
  return isOne ? text.slice(0, at) + before + text.slice(at + after.length) : text;
}

/** Takes one handler after the other, with each container that it leaves empty. */
function withoutOwn({ file, text }: { readonly file: string; readonly text: string }, set: HookSet): string {
  const [own] = ownHandlers(parseDocument(file, text), set);
  if (own === undefined) return text;
  const levels = [...own.path].reverse();
  const last = levels.find(({ container }) => (container.children?.length ?? 0) > 1) ?? own.path[0];
  if (last === undefined) return text;
  return withoutOwn({ file, text: withoutChild(text, last.container, last.index) }, set);
}
