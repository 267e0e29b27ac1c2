import type { Notice, Priority } from "@fleetbus/core";
import type { DiscordConfig } from "./adapter.ts";
import { discordText } from "./limits.ts";

/** What is posted: one embed, and nobody to be called by it. */
export interface DiscordMessage {
  readonly username?: string;
  readonly embeds: readonly [DiscordEmbed];
  readonly allowed_mentions: { readonly parse: readonly [] };
  readonly flags?: number;
}

/** The part of Discord's embeds that a notice needs. */
export interface DiscordEmbed {
  readonly title?: string;
  readonly url?: string;
  readonly description: string;
  readonly color: number;
}

const colours: Readonly<Record<Priority, number>> = {
  ...{ low: 0x95a5a6, normal: 0x3498db, high: 0xe67e22, urgent: 0xe74c3c },
};
const resolved = 0x2ecc71;
/** The message is there, but nobody's phone makes a sound. */
const suppressNotifications = 1 << 12;

/** A notice as an embed whose colour says its priority; one of low priority is silent. */
export function messageOf({ username }: Pick<DiscordConfig, "username">, notice: Notice): DiscordMessage {
  const { title, text, link, priority, isResolved } = notice;
  return {
    ...(username === undefined ? {} : { username }),
    embeds: [
      {
        ...(title === "" ? {} : { title: discordText.escape(title) }),
        ...(link === undefined ? {} : { url: link }),
        description: text,
        color: isResolved ? resolved : colours[priority],
      },
    ],
    allowed_mentions: { parse: [] },
    ...(priority === "low" ? { flags: suppressNotifications } : {}),
  };
}
