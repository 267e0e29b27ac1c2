import type { TextTraits } from "@fleetbus/core";

/** What a custom bot takes in one request (ECOSYSTEM.md, channel limits). */
export const maxBodyBytes = 20_000;

const signs = /[&<>\\*_~[\]()`#$|"]/g;
const listSigns = /^\s*[-+]/gm;
const listNumbers = /^(\s*\d+)\.(?=\s)/gm;

/**
 * The Markdown of Feishu's cards, where a sign is plain once it is an entity; a foreign `<at id=all>` calls nobody. Half
 * of what a body takes, because its quotes and newlines double in JSON.
 */
export const feishuText: TextTraits = {
  ...{ maxTitle: 250, maxText: 9000, unit: "bytes", overflow: ["truncate", "split"] },
  escape: (value) =>
    value
      .replace(signs, entity)
      .replace(listSigns, (start) => start.slice(0, -1) + entity(start.slice(-1)))
      .replace(listNumbers, "$1&#46;"),
};

function entity(sign: string): string {
  return `&#${sign.codePointAt(0)};`;
}
