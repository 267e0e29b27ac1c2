import type { Priority, TextTraits } from "@fleetbus/core";

/** Files of a mail: they grow by 37 % on their way, and 10 MB is the least that a usual server takes (postfix). */
export const usualFileBytes = 7_000_000;

/** What a mail takes. A server's own bound on the whole mail (SIZE) is only known once it is asked: `too_large` then. */
export const emailText: TextTraits = {
  maxTitle: 200,
  maxText: 20_000,
  unit: "characters",
  overflow: ["attach", "truncate"],
  maxFileBytes: usualFileBytes,
  // the text is plain; its HTML form is escaped as a whole when it is made
  escape: (value) => value,
};

/** Mail programs read either header; 3 and normal are what they take for granted. */
export const importance: Readonly<
  Record<Priority, { readonly xPriority: string; readonly importance: string }>
> = {
  low: { xPriority: "5", importance: "low" },
  normal: { xPriority: "3", importance: "normal" },
  high: { xPriority: "2", importance: "high" },
  urgent: { xPriority: "1", importance: "high" },
};
