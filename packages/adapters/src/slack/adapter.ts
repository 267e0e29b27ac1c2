import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { slackChannel } from "./channel.ts";
import { slackText } from "./limits.ts";
import { slackKeys } from "./url.ts";

const config = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe(
      "The incoming webhook, https://hooks.slack.com/services/ and more: whoever has it posts to its channel.",
    )
    .meta({ secret: true }),
});

/** The config of the slack adapter. */
export type SlackConfig = z.output<typeof config>;

/** Posts to the channel of a Slack incoming webhook. Slack knows no ids of ours: a try whose answer was lost shows twice. */
export const slack: Adapter<SlackConfig> = defineAdapter({
  spec: {
    type: "slack",
    summary: "Posts to a Slack channel through an incoming webhook.",
    config,
    examples: [
      { title: "An incoming webhook", config: { url: "https://hooks.slack.com/services/T000/B000/XXXX" } },
    ],
    traits: {
      ...{ idempotent: false, ordered: true, proves: "accepted" },
      rate: { count: 1, perMs: 1000 },
    },
    text: slackText,
    urls: { schemes: ["slack"], parse: slackKeys },
    on: ["turn.failed", "turn.stopped", "permission.requested", "session.lost", "run.finished"],
  },
  open: (parsed, context) => ({ sink: httpSink(slackChannel(parsed), context) }),
});
