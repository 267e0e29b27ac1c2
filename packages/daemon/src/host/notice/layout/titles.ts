import type { TextTraits } from "@fleetbus/core";
import { fit } from "./fit.ts";
import { fitPlain, sizeOf } from "./measure.ts";
import type { Sheet } from "./sheet.ts";
import { lineView } from "../words/view.ts";

/** Of a text whose first line is the title, what the title may take. */
const titleShare = 1 / 3;

/**
 * The title as it fits a channel with `suffix` behind it. Where there is none, it is what fits a third of the text. A
 * template that says nothing leaves the key for it.
 */
export function titleOf({ page, view, notice }: Sheet, traits: TextTraits, suffix = ""): string {
  const lines = lineView(view, page.titleNames);
  const render = (values: typeof lines) => page.title(values) || notice.key;
  const isHeading = traits.maxTitle === 0;
  const escape = isHeading ? traits.escape : (value: string) => value;
  const max = isHeading ? Math.floor(traits.maxText * titleShare) : traits.maxTitle;
  const measure = (title: string) => sizeOf(escape(title + suffix), traits.unit);
  const fitted = fit(lines, { render, sizeOf: measure, max });
  if (fitted !== undefined) return fitted.rendered;
  return fitPlain(render(lines), { ...traits, escape: (title) => escape(title + suffix) }, max);
}

/** A text below its title, where the channel has no place for one; else the text. */
export function withHeading(text: string, title: string, { maxTitle, escape }: TextTraits): string {
  return maxTitle > 0 || title === "" ? text : `${escape(title)}\n${text}`.trimEnd();
}
