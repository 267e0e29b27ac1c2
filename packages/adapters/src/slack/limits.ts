import type { TextTraits } from "@fleetbus/core";
import { withEntities } from "../text/entities.ts";

/** What an incoming webhook takes (ECOSYSTEM.md, channel limits). */
export const slackLimits = {
  maxHeader: 150,
  maxSection: 3000,
  maxBlocks: 50,
  /** Over all blocks; not written down anywhere, seen in practice. */
  maxAllBlocks: 13_200,
} as const;

/**
 * mrkdwn. Only `&`, `<` and `>` can be escaped in it, and that is what keeps a foreign `<!channel>`, `<@U…>` or link from
 * being one; an asterisk or a backtick of a log may still format it.
 */
export const slackText: TextTraits = {
  ...{ maxTitle: 150, maxText: 12_000, unit: "characters", overflow: ["truncate", "split"] },
  escape: withEntities,
};
