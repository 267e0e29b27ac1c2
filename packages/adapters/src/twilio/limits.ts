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
