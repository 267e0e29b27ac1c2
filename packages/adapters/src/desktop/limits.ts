import type { TextTraits } from "@fleetbus/core";

/** What people read in a corner of a screen: no system shows much more. */
export const desktopText: TextTraits = {
  maxTitle: 100,
  maxText: 400,
  unit: "characters",
  overflow: ["truncate"],
  // the text is plain; each system's own markup is escaped where its toast is made
  escape: (value) => value,
};
