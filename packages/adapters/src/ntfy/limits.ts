import type { TextTraits } from "@fleetbus/core";

/**
 * What ntfy takes. A message of 4,096 bytes is a file to it already, or an internal error where it came as JSON
 * (seen with 2.27); a title has no limit of its own, phones show a line.
 */
export const ntfyText: TextTraits = {
  ...{ maxTitle: 250, maxText: 4095, unit: "bytes" },
  overflow: ["truncate", "attach", "split"],
  escape: (value) => value, // plain text: Markdown only where a message asks for it, and ours do not
};

/** The longest JSON body the server reads: a text of quotes and newlines doubles in it. */
export const maxJsonBytes = 8192;
