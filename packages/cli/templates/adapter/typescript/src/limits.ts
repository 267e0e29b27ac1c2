import { FleetError, type Notice, type TextTraits } from "@fleetbus/core";

/** How much the far side takes: the host cuts or splits what is longer, and makes each value harmless by `escape`. */
export const text: TextTraits = {
  maxTitle: 100,
  maxText: 1000,
  unit: "characters",
  overflow: ["truncate", "split"],
  escape: (value) => value, // plain text; a channel with a markup of its own escapes it here
};

/** Throws `too_large` for what the host would never hand over. */
export function requireFit(notice: Notice): void {
  if (notice.title.length <= text.maxTitle && notice.text.length <= text.maxText) return;
  throw new FleetError("too_large", `sending ${notice.id} to doorbell: it is longer than doorbell takes`);
}
