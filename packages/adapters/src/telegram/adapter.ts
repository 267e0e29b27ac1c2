import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { telegramChannel } from "./channel.ts";
import { telegramText } from "./limits.ts";
import { telegramSource } from "./source/source.ts";
import { telegramKeys } from "./url.ts";

const config = z.strictObject({
  token: z
    .string()
    .regex(/^\d+:[A-Za-z0-9_-]+$/, "a bot's token is a number, a colon and more, as BotFather says it")
    .describe("The bot's token, from @BotFather.")
    .meta({ secret: true }),
  chat: z
    .string()
    .regex(
      /^(?:-?\d+|@[A-Za-z]\w{3,})$/,
      "the number of a chat (in quotes), or the @name of a public channel",
    )
    .describe(
      "The chat: its number, negative for a group, or a public channel's @name. The bot must be in it.",
    ),
  thread: z.int().min(1).optional().describe("A topic of a group that has topics."),
  api: z
    .url({ protocol: /^https?$/ })
    .default("https://api.telegram.org")
    .describe("The root of the Bot API; another one for a Bot API server of your own."),
});

/** The config of the telegram adapter. */
export type TelegramConfig = z.output<typeof config>;

const notes = [
  'Quote a notice ("Reply") or press one of its buttons; quote what fleet said of your answer to add to it. What quotes nothing is asked back first, and may begin with `@session`.',
  "`from` lists numbers of users, in quotes: names can change hands. The daemon's log has the number of whoever says something to the bot.",
  "In a group a bot hears only what answers its own messages, unless @BotFather's `/setprivacy` lets it hear all. Administrators who post as the group itself are not heard: Telegram does not say who they are.",
  "A bot has one listener: with the same token in a second adapter with `replies`, in another program, or with a webhook, neither hears all. Give each a bot of its own.",
  "Telegram keeps for a day what was said while no daemon listened, and a pressed button for minutes. What was heard is confirmed to it once it is stored.",
];

/** Sends messages of a bot; below high they come without a sound. Telegram drops no repetition: a try whose answer was lost shows twice. */
export const telegram: Adapter<TelegramConfig> = defineAdapter({
  spec: {
    type: "telegram",
    summary: "Sends messages of a Telegram bot to a chat, a channel or a topic, long logs as a file.",
    config,
    examples: [
      { title: "A chat of one's own", config: { token: "123456:ABC-DEF", chat: "4242" } },
      { title: "A topic of a group", config: { token: "123456:ABC-DEF", chat: "-1001234567890", thread: 7 } },
    ],
    // One a second to a chat, 20 a minute to a group: without a burst this keeps both.
    traits: {
      ...{ idempotent: false, ordered: true, proves: "accepted" },
      rate: { count: 1, perMs: 3000 },
    },
    text: telegramText,
    source: { vouches: "sender", isExclusive: true, notes },
    urls: { schemes: ["tgram", "telegram"], parse: telegramKeys },
    on: ["turn.failed", "turn.stopped", "permission.requested", "session.lost", "run.finished"],
  },
  open: (parsed, context) => ({
    sink: httpSink(telegramChannel(parsed), context),
    source: telegramSource(parsed, context),
  }),
});
