import { sanitiseLine } from "@fleetbus/core";
import { defaultTemplateOf } from "./default-templates.ts";
import type { NoticeOptions } from "../options.ts";
import { compile, type View } from "./template.ts";
import type { VariableName } from "../words/variables.ts";

/** What is to be said, before it is cut to what a channel takes. */
export interface Page {
  /** One line of plain text. */
  title(view: View): string;
  /** In the channel's markup. */
  text(view: View): string;
  /** The same before it was escaped; undefined where a template of the user's has markup of its own. */
  readonly plainText: ((view: View) => string) | undefined;
  readonly titleNames: readonly VariableName[];
  /** The variables that stand in either. */
  readonly names: readonly VariableName[];
}

/** The page of a kind by the user's templates, the one for all others, or fleet's own. Throws `config` for a bad template. */
export function pageOf(kind: string, options: NoticeOptions): Page {
  const own = ownTemplate(kind, options.template);
  const title = compile(own.title ?? defaultTemplateOf(kind).title);
  const text = compile(own.text ?? defaultTemplateOf(kind).text);
  const { escape } = options.text;
  const plain = (view: View) => tidy(text.render(view, (value) => value));
  const isOwn = own.text !== undefined;
  return {
    title: (view) => sanitiseLine(title.render(view, (value) => value)),
    text: (view) => (isOwn ? text.render(view, escape).trim() : escape(plain(view))),
    plainText: isOwn ? undefined : plain,
    titleNames: title.names,
    names: [...new Set([...title.names, ...text.names])],
  };
}

/** A digest is no kind of event: what is for all others is not for it. */
function ownTemplate(kind: string, template: NoticeOptions["template"]) {
  const exact = Object.hasOwn(template, kind) ? template[kind] : undefined;
  const others = kind !== "digest" && Object.hasOwn(template, "*") ? template["*"] : undefined;
  return { title: exact?.title ?? others?.title, text: exact?.text ?? others?.text };
}

/** Without the empty lines that variables leave which say nothing. */
function tidy(text: string): string {
  return text.replace(/\n{3,}/g, "\n\n").trim();
}
