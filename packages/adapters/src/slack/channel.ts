import { FleetError, sanitiseLine } from "@fleetbus/core";
import { secretsIn } from "../http/masked.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { SlackConfig } from "./adapter.ts";
import { slackText } from "./limits.ts";
import { messageOf } from "./message.ts";

const doing = "posting to Slack";

/** Notices as Block Kit to an incoming webhook. It answers in plain words: `ok`, or what is wrong. */
export function slackChannel({ url }: SlackConfig): HttpChannel {
  return {
    doing,
    request: (_, notice) => {
      requireFit(doing, notice, slackText);
      return {
        ...{ url, secrets: secretsIn(url), headers: { "content-type": "application/json; charset=utf-8" } },
        body: JSON.stringify(messageOf(notice)),
      };
    },
    codeOf: ({ body }) => (/^(?:msg_too_long|msg_blocks_too_long)$/.test(body) ? "too_large" : undefined),
    receipt: ({ status, body }) => {
      if (body.trim() === "ok") return {};
      const words = sanitiseLine(body).slice(0, 300);
      throw new FleetError(
        "failed",
        `${doing}: HTTP ${status} with an answer that is not ok, ${words || "empty"}`,
        {
          details: { status, answer: words },
        },
      );
    },
  };
}
