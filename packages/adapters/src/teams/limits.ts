import type { TextTraits } from "@fleetbus/core";

/**
 * What a workflow is sent at most. Teams takes 28,672 bytes and counts them once the card is expanded, in two bytes a
 * character by what is seen of it: the texts stay so far below that a card of quotes and newlines fits too.
 */
export const maxBodyBytes = 20_000;

const signs = /[\\`*_~[\]()<>#{}|&]/g;
const listSigns = /^(\s*)(?=[-+])|^(\s*\d+)(?=[.)]\s)/gm;

/**
 * The Markdown of Adaptive Cards, where a backslash makes a sign a plain one (a `{{DATE(…)}}` is none then either), and
 * a line ends only where a paragraph does.
 */
export const teamsText: TextTraits = {
  ...{ maxTitle: 200, maxText: 6000, unit: "bytes", overflow: ["truncate", "split"] },
  escape: escapeMarkdown,
};

function escapeMarkdown(value: string): string {
  return value.replace(signs, "\\$&").replace(listSigns, "$1$2\\").replace(/\n+/g, "\n\n");
}
