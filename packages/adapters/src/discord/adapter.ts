import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { discordChannel } from "./channel.ts";
import { discordText } from "./limits.ts";
import { discordKeys } from "./url.ts";

const config = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe("The webhook, https://discord.com/api/webhooks/ and more: whoever has it posts to its channel.")
    .meta({ secret: true }),
  username: z
    .string()
    .min(1)
    .max(80)
    .optional()
    .describe("The name that it posts under, instead of the webhook's own."),
  thread: z
    .string()
    .regex(/^\d+$/, "the number of a thread")
    .optional()
    .describe("The id of a thread of the channel to post in."),
});

/** The config of the discord adapter. */
export type DiscordConfig = z.output<typeof config>;

/** Posts embeds through a Discord webhook. Discord drops no repetition: a try whose answer was lost shows twice. */
export const discord: Adapter<DiscordConfig> = defineAdapter({
  spec: {
    type: "discord",
    summary: "Posts to a Discord channel or thread through a webhook, long logs as a file.",
    config,
    examples: [
      { title: "A webhook", config: { url: "https://discord.com/api/webhooks/1234/abcd" } },
      {
        title: "A thread, under a name",
        config: {
          ...{ url: "https://discord.com/api/webhooks/1234/abcd" },
          ...{ thread: "1122334455667788990", username: "fleet" },
        },
      },
    ],
    traits: {
      ...{ idempotent: false, ordered: true, proves: "accepted" },
      rate: { count: 1, perMs: 2000 },
    },
    text: discordText,
    urls: { schemes: ["discord"], parse: discordKeys },
    on: ["turn.failed", "turn.stopped", "permission.requested", "session.lost", "run.finished"],
  },
  open: (parsed, context) => ({ sink: httpSink(discordChannel(parsed), context) }),
});
