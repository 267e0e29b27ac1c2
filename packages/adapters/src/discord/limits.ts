import type { TextTraits } from "@fleetbus/core";

/** What a webhook takes (ECOSYSTEM.md, channel limits; Discord's own documentation for the parts of an embed). */
export const discordLimits = {
  maxEmbedTitle: 256,
  maxDescription: 4096,
  maxEmbeds: 6000,
  maxFiles: 10,
} as const;

/** What formatting, a mention, a link with a text or an emoji of Discord's can be made of; addresses stay as they are. */
const signs = /https?:\/\/[\w.~/?#=&%+:-]+|[\\`*_~|<>[\]@]/g;
/** What makes a heading, a list or small print of a line that it begins. */
const lineStarts = /^(\s*)(?=#|-|\+)|^(\s*\d+)(?=[.)]\s)/gm;

/** Discord's Markdown, where a backslash makes any sign a plain one. Escaped, a title may take twice its length. */
export const discordText: TextTraits = {
  ...{ maxTitle: discordLimits.maxEmbedTitle / 2, maxText: discordLimits.maxDescription, unit: "characters" },
  overflow: ["truncate", "split", "attach"],
  maxFileBytes: 9_500_000, // 10 MiB with all else of the request
  escape: (value) =>
    value
      .replace(signs, (found) => (found.startsWith("http") ? found : `\\${found}`))
      .replace(lineStarts, "$1$2\\"),
};
