import type { TextTraits } from "@fleetbus/core";

/**
 * Twilio takes 1,600 characters and advises less than 320: each 153 letters (67 where one is outside the GSM alphabet)
 * are a segment that is paid for. An SMS has no title.
 */
export const twilioText: TextTraits = {
  ...{ maxTitle: 0, maxText: 320, unit: "characters" },
  overflow: ["truncate", "split"],
  escape: (value) => value, // an SMS has no markup
};

/** What it takes at most, for those who pay for it. */
export const maxLength = 1600;

/** The limits where the config says how long an SMS may be. */
export function textUpTo(maxText: number): TextTraits {
  return { ...twilioText, maxText };
}
