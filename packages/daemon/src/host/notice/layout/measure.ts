import { sanitise, type TextTraits } from "@fleetbus/core";
import { fittingLength } from "./fit.ts";

/** How long a text is to a channel. */
export function sizeOf(text: string, unit: TextTraits["unit"]): number {
  return unit === "bytes" ? Buffer.byteLength(text) : text.length;
}

/** Plain text shortened until it fits once it is escaped, with an ellipsis; empty where not even that fits. */
export function fitPlain(text: string, traits: TextTraits, max: number): string {
  const isFitting = (plain: string) => sizeOf(traits.escape(plain), traits.unit) <= max;
  if (isFitting(text)) return text;
  const shortened = (start: string) => `${sanitise(start).trimEnd()}…`;
  const length = fittingLength(text, max, (start) => isFitting(shortened(start)));
  return length === 0 ? "" : shortened(text.slice(0, length));
}
