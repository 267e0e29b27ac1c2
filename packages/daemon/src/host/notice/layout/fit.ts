import { cutTo } from "./cut.ts";
import type { View } from "../template/template.ts";
import { variables } from "../words/variables.ts";
import { mapView } from "../words/view.ts";

/** How a view becomes what is sent, and how much of that there may be. */
export interface Frame {
  render(view: View): string;
  sizeOf(rendered: string): number;
  readonly max: number;
}

/** What fits, and the view that it was made of. */
export interface Fitted {
  readonly rendered: string;
  readonly view: View;
}

/**
 * The view as it is where it fits; else its longest variables cut, all to one length, as long as fits. What is rendered
 * is never cut: markup and escapes stay whole. Undefined where it does not fit with all of its variables empty.
 */
export function fit(view: View, frame: Frame): Fitted | undefined {
  const whole = framed(view, frame);
  if (whole !== undefined) return whole;
  let best: Fitted | undefined = undefined;
  let [low, high] = [0, Math.min(longestOf(view), frame.max)];
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const tried = framed(cutView(view, middle), frame);
    if (tried === undefined) {
      high = middle - 1;
    } else {
      best = tried;
      low = middle + 1;
    }
  }
  return best;
}

/**
 * The longest start of a text, of at most `maxUnits`, that `isFitting`, up to the end of a line or word where one is
 * near; 0 where none fits.
 */
export function fittingLength(text: string, maxUnits: number, isFitting: (start: string) => boolean): number {
  if (text.length <= maxUnits && isFitting(text)) return text.length;
  let [low, high] = [0, Math.min(text.length - 1, maxUnits)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isFitting(text.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return breakBefore(text, low);
}

function framed(view: View, { render, sizeOf, max }: Frame): Fitted | undefined {
  const rendered = render(view);
  return sizeOf(rendered) <= max ? { rendered, view } : undefined;
}

function cutView(view: View, maxUnits: number): View {
  return mapView(view, (value, name) => cutTo(value, maxUnits, variables[name].shape));
}

function longestOf(view: View): number {
  return Math.max(0, ...Object.values(view).map((value) => value.length));
}

function breakBefore(text: string, end: number): number {
  const half = Math.floor(end / 2);
  const line = text.lastIndexOf("\n", end);
  if (line > half) return line;
  const space = text.lastIndexOf(" ", end);
  if (space > half) return space;
  const isSplit = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return isSplit ? end - 1 : end;
}
