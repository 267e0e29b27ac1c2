import type { TextTraits } from "@fleetbus/core";
import { withEntities } from "../text/entities.ts";

/** What the Bot API takes, counted once tags and entities are read (ECOSYSTEM.md, channel limits). */
export const telegramLimits = { maxMessage: 4096, maxCaption: 1024 } as const;

const maxTitle = 200;
/** A newline below the title, and another before the word that links to more. */
const maxFrame = 10;

/** Telegram's HTML: three signs to escape, where MarkdownV2 has eighteen that each make it refuse the message. */
export const telegramText: TextTraits = {
  ...{ maxTitle, maxText: telegramLimits.maxMessage - maxTitle - maxFrame, unit: "characters" },
  overflow: ["truncate", "split", "attach"],
  maxFileBytes: 20_000_000, // bots may send 50 MB; a phone is to open it
  escape: withEntities,
};

/** How long a text is to Telegram. */
export function visibleLength(html: string): number {
  return html.replace(/<[^>]*>/g, "").replace(/&(?:lt|gt|amp|quot|#x?[0-9a-f]+);/gi, "x").length;
}
