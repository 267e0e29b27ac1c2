import { FleetError, type Notice, type TextTraits } from "@fleetbus/core";

/** Throws `too_large` for a notice over the channel's limits: the host cuts, a sink only checks. */
export function requireFit(doing: string, notice: Notice, text: TextTraits): void {
  requireLength(doing, { what: "title", value: notice.title, max: text.maxTitle || Infinity }, text.unit);
  requireLength(doing, { what: "text", value: notice.text, max: text.maxText }, text.unit);
}

interface Part {
  readonly what: string;
  readonly value: string;
  readonly max: number;
}

function requireLength(doing: string, { what, value, max }: Part, unit: TextTraits["unit"]): void {
  const length = unit === "bytes" ? Buffer.byteLength(value) : value.length;
  if (length > max)
    throw new FleetError("too_large", `${doing}: a ${what} of ${length} ${unit}, ${max} are taken`);
}
