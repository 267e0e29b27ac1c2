import type { Node } from "jsonc-parser";
import { parseDocument, propertyOf, valueOf, type SettingsDocument } from "./document.ts";
import { insertion, type Edit, type Entry } from "./insertion.ts";
import { withoutChild } from "./removal.ts";

/** What adding permission rules means for a file: entries of its root, or edits within what is there. */
export interface RuleInsertion {
  readonly entries: readonly Entry[];
  readonly edits: readonly Edit[];
  /** Those that did not stand there. */
  readonly rules: readonly string[];
}

/** The rules in `permissions.allow`. Throws `config` for values of another type. */
export function standingRules(document: SettingsDocument | undefined): readonly string[] {
  const { list } = document === undefined ? nowhere : placeOf(document);
  return (list?.children ?? []).map(({ value }) => String(value));
}

/** How to add `rules` at the end of `permissions.allow`, in the file's own style. */
export function ruleInsertion(document: SettingsDocument, rules: readonly string[]): RuleInsertion {
  const standing = rules.length === 0 ? [] : standingRules(document);
  const added = rules.filter((rule) => !standing.includes(rule));
  if (added.length === 0) return { entries: [], edits: [], rules: [] };
  const { permissions, list } = placeOf(document);
  if (permissions === undefined)
    return { entries: [{ name: "permissions", value: { allow: added } }], edits: [], rules: added };
  const edit =
    list === undefined
      ? insertion(document, permissions, [{ name: "allow", value: added }])
      : insertion(
          document,
          list,
          added.map((value) => ({ value })),
        );
  return { entries: [], edits: [edit], rules: added };
}

/** The text without these rules, one after the other, each with the containers that it leaves empty. */
export function withoutRules(
  { file, text }: { readonly file: string; readonly text: string },
  rules: readonly string[],
): string {
  if (rules.length === 0) return text;
  const document = parseDocument(file, text);
  const { permissions, list } = placeOf(document);
  const at = (list?.children ?? []).findIndex(({ value }) => rules.includes(String(value)));
  if (permissions === undefined || list === undefined || at < 0) return text;
  const levels = [
    { container: list, index: at },
    { container: permissions, index: indexOf(permissions, list) },
    { container: document.root, index: indexOf(document.root, permissions) },
  ];
  const last = levels.find(({ container }) => (container.children?.length ?? 0) > 1) ?? levels.at(-1);
  if (last === undefined) return text;
  return withoutRules({ file, text: withoutChild(text, last.container, last.index) }, rules);
}

interface Place {
  readonly permissions: Node | undefined;
  readonly list: Node | undefined;
}

const nowhere: Place = { permissions: undefined, list: undefined };

function placeOf(document: SettingsDocument): Place {
  const property = propertyOf(document, document.root, "permissions");
  if (property === undefined) return nowhere;
  const permissions = valueOf(document, property, "object");
  const allow = propertyOf(document, permissions, "allow");
  return { permissions, list: allow === undefined ? undefined : valueOf(document, allow, "array") };
}

function indexOf({ children = [] }: Node, value: Node): number {
  return children.findIndex((property) => property.children?.[1] === value);
}
