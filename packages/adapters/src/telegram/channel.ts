import { z } from "zod";
import type { Attachment, Notice } from "@fleetbus/core";
import { requireAnswer } from "../http/answer.ts";
import type { HttpCall } from "../http/call.ts";
import { formBody } from "../http/form.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { TelegramConfig } from "./adapter.ts";
import { jsonCall, methodOf, saidMs } from "./bot-api.ts";
import { telegramLimits, telegramText, visibleLength } from "./limits.ts";
import { buttonsOf, envelopeOf, htmlOf } from "./message.ts";

const doing = "sending to Telegram";
const sent = z.object({ ok: z.literal(true), result: z.object({ message_id: z.int() }) });
const tooLong = /(?:message|caption) is too long|file is too big/i;

/**
 * Notices as messages of a bot. A file bears the text as its caption where it fits there; else it follows the message. The
 * choices of a reply are buttons below the last of them.
 */
export function telegramChannel(config: TelegramConfig): HttpChannel {
  return {
    doing,
    request: (_, notice) => {
      requireFit(doing, notice, telegramText);
      return callsOf(config, notice);
    },
    saidMs,
    codeOf: ({ body }) => (tooLong.test(body) ? "too_large" : undefined),
    receipt: (reply) => ({ providerId: String(requireAnswer(doing, reply, sent).result.message_id) }),
  };
}

function callsOf(config: TelegramConfig, notice: Notice): readonly HttpCall[] {
  const envelope = envelopeOf(config, notice);
  const html = htmlOf(notice);
  const { attachments } = notice;
  const isCaption = attachments.length > 0 && visibleLength(html) <= telegramLimits.maxCaption;
  const text = { ...envelope, [isCaption ? "caption" : "text"]: html, parse_mode: "HTML" };
  const buttons = buttonsOf(notice);
  return [
    ...(isCaption ? [] : [messageCall(config, attachments.length > 0 ? text : { ...text, ...buttons })]),
    ...attachments.map((file, at) =>
      fileCall(config, file, {
        ...(isCaption && at === 0 ? text : envelope),
        ...(at === attachments.length - 1 ? buttons : {}),
      }),
    ),
  ];
}

function messageCall(config: TelegramConfig, message: object): HttpCall {
  return jsonCall(config, "sendMessage", { ...message, link_preview_options: { is_disabled: true } });
}

function fileCall(config: TelegramConfig, file: Attachment, fields: object): HttpCall {
  const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
  return { ...methodOf(config, "sendDocument"), ...formBody(texts, [{ field: "document", file }]) };
}

/** A form holds what is no text as JSON. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
