import type { TextTraits } from "@fleetbus/core";

/** What Pushover takes. */
export const pushoverText: TextTraits = {
  ...{ maxTitle: 250, maxText: 1024, unit: "characters" },
  overflow: ["truncate", "split"],
  escape: (value) => value, // plain text: HTML only where `html` asks for it, and ours does not
};

/** The longest URL; a notice's link beyond it stays away. */
export const maxUrl = 512;

/** Of an emergency, in seconds: how often it sounds, and for how long. */
export const emergency = { minRetry: 30, maxExpire: 10_800 } as const;
