import { z } from "zod";
import { defineAdapter, type Adapter } from "@fleetbus/core";
import { httpSink } from "../http/sink.ts";
import { webhookChannel } from "./channel.ts";

const config = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe("Where events are posted to; https, but for addresses in allow_private.")
    .meta({ secret: true }),
  secrets: z
    .array(z.string().min(1).meta({ secret: true }))
    .default([])
    .describe(
      "Keys that sign each request (Standard Webhooks): whsec_ and base64, or any text. To rotate, name the new one beside the old one until the receiver knows it; the first is the new one.",
    ),
  headers: z
    .record(z.string(), z.string().meta({ secret: true }))
    .default({})
    .describe("Headers sent with each request, as Authorization; values may name secrets."),
});

/** The config of the webhook adapter. */
export type WebhookConfig = z.output<typeof config>;

/**
 * Posts each event as structured CloudEvents JSON, signed as Standard Webhooks asks where there is a secret. The event's
 * id is the request's `webhook-id` on every try: a receiver that keeps ids sees each event once.
 */
export const webhook: Adapter<WebhookConfig> = defineAdapter({
  spec: {
    type: "webhook",
    summary: "Posts each event as signed CloudEvents JSON to a URL.",
    config,
    examples: [
      {
        title: "Signed",
        config: { url: "https://ci.example.com/hooks/fleet", secrets: ["env:FLEET_WEBHOOK_SECRET"] },
      },
      {
        title: "With a bearer token",
        config: {
          url: "https://ci.example.com/hooks/fleet",
          headers: { Authorization: "env:CI_AUTHORIZATION" },
        },
      },
    ],
    traits: { idempotent: false, ordered: false, maxBytes: 20_000, proves: "accepted" },
    urls: {
      schemes: ["json", "jsons"],
      parse: (url) => ({ url: url.href.replace(/^json/, "http") }),
    },
    on: ["turn.failed", "turn.stopped", "permission.requested", "session.lost", "run.finished"],
  },
  open: (parsed, context) => ({ sink: httpSink(webhookChannel(parsed, context), context) }),
});
