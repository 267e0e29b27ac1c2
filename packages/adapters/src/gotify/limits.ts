import type { TextTraits } from "@fleetbus/core";

/** Gotify names no limit; its column in MySQL ends at 65,535 bytes, and nobody reads as much on a phone. */
export const gotifyText: TextTraits = {
  ...{ maxTitle: 250, maxText: 16_000, unit: "characters" },
  overflow: ["truncate", "split"],
  escape: (value) => value, // plain text: Markdown only where extras ask for it, and ours do not
};
