import { sanitise, type TextTraits } from "@fleetbus/core";
import { cutTo } from "./cut.ts";
import { fit, fittingLength } from "./fit.ts";
import { sizeOf } from "./measure.ts";
import type { Sheet } from "./sheet.ts";
import { variableNames, variables } from "../words/variables.ts";

/** A text that would take more is cut before it is split: nobody reads a hundred messages. */
export const maxParts = 10;

/** How much of what `maxParts` could hold is tried: parts end at lines' ends, and are never full. */
const shares = [1, 0.9, 0.75, 0.5, 0.25];

/**
 * A sheet's text in at most `maxParts` parts, each within `room`, at the ends of lines. A text of the user's own markup
 * is not torn: its first part is the template with the beginning of its longest variable, the others are the rest of
 * that. Empty where it cannot be split.
 */
export function splitText(sheet: Sheet, traits: TextTraits, room: number): readonly string[] {
  const limits = {
    room,
    escape: traits.escape,
    isFitting: (text: string) => sizeOf(text, traits.unit) <= room,
  };
  for (const share of shares) {
    const budget = Math.floor(room * maxParts * share);
    const strand = sheet.page.plainText === undefined ? markupStrand : plainStrand;
    const parts = partsOf(strand(sheet, traits, { room, budget }), limits);
    if (parts.length > 0) return parts;
  }
  return [];
}

/** A plain text to be divided, and what its first part looks like. */
interface Strand {
  readonly whole: string;
  first(start: string): string;
}

interface Space {
  readonly room: number;
  readonly budget: number;
}

function plainStrand({ page, view }: Sheet, traits: TextTraits, { budget }: Space): Strand | undefined {
  const render = (values: typeof view) => page.plainText?.(values) ?? "";
  const measure = (plain: string) => sizeOf(traits.escape(plain), traits.unit);
  const fitted = fit(view, { render, sizeOf: measure, max: budget });
  return fitted && { whole: fitted.rendered, first: traits.escape };
}

function markupStrand(
  { page, view }: Sheet,
  traits: TextTraits,
  { room, budget }: Space,
): Strand | undefined {
  const [longest] = variableNames
    .filter((name) => variables[name].shape !== "whole")
    .toSorted((a, b) => (view[b]?.length ?? 0) - (view[a]?.length ?? 0));
  if (longest === undefined) return undefined;
  const frame = { render: page.text, sizeOf: (text: string) => sizeOf(text, traits.unit), max: room / 2 };
  const others = fit({ ...view, [longest]: "" }, frame);
  return (
    others && {
      whole: cutTo(view[longest] ?? "", budget, variables[longest].shape),
      first: (start) => page.text({ ...others.view, [longest]: start }),
    }
  );
}

interface Limits {
  readonly room: number;
  escape(plain: string): string;
  isFitting(text: string): boolean;
}

function partsOf(strand: Strand | undefined, { room, escape, isFitting }: Limits): readonly string[] {
  const parts: string[] = [];
  let rest = strand?.whole ?? "";
  while (strand !== undefined && rest !== "") {
    const dress = parts.length === 0 ? strand.first : escape;
    const render = (start: string) => dress(sanitise(start).trimEnd());
    const length = fittingLength(rest, room, (start) => isFitting(render(start)));
    if (length === 0 || parts.length === maxParts) return [];
    parts.push(render(rest.slice(0, length)));
    rest = rest.slice(length).replace(/^\n+|^ /, "");
  }
  return parts;
}
