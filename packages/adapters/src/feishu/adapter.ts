import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { feishuChannel } from "./channel.ts";
import { feishuText, maxBodyBytes } from "./limits.ts";
import { feishuKeys } from "./url.ts";

const config = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe(
      "The custom bot's webhook, https://open.feishu.cn/open-apis/bot/v2/hook/ or open.larksuite.com.",
    )
    .meta({ secret: true }),
  secret: z
    .string()
    .min(1)
    .optional()
    .describe("The key of its signature verification, where that is on.")
    .meta({ secret: true }),
});

/** The config of the feishu adapter. */
export type FeishuConfig = z.output<typeof config>;

/** Posts cards through a custom bot of a Feishu or Lark group. It drops no repetition: a try whose answer was lost shows twice. */
export const feishu: Adapter<FeishuConfig> = defineAdapter({
  spec: {
    type: "feishu",
    summary: "Posts cards to a Feishu or Lark group through a custom bot.",
    config,
    examples: [
      {
        title: "Feishu, signed",
        config: { url: "https://open.feishu.cn/open-apis/bot/v2/hook/XXXX", secret: "env:FEISHU_SECRET" },
      },
      { title: "Lark", config: { url: "https://open.larksuite.com/open-apis/bot/v2/hook/XXXX" } },
    ],
    // 100 a minute and 5 a second: without a burst this keeps both.
    traits: {
      ...{ idempotent: false, ordered: true, proves: "accepted", maxBytes: maxBodyBytes },
      rate: { count: 1, perMs: 600 },
    },
    text: feishuText,
    urls: { schemes: ["feishu", "lark"], parse: feishuKeys },
    on: ["turn.failed", "turn.stopped", "permission.requested", "session.lost", "run.finished"],
  },
  open: (parsed, context) => ({ sink: httpSink(feishuChannel(parsed, context), context) }),
});
