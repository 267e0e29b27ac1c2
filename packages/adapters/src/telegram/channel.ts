import { z } from "zod";
import type { Attachment, Notice } from "@fleetbus/core";
import { jsonOf, requireAnswer } from "../http/answer.ts";
import type { HttpCall, HttpReply } from "../http/call.ts";
import { formBody } from "../http/form.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { TelegramConfig } from "./adapter.ts";
import { telegramLimits, telegramText, visibleLength } from "./limits.ts";
import { envelopeOf, htmlOf, type TelegramEnvelope } from "./message.ts";

const doing = "sending to Telegram";
const sent = z.object({ ok: z.literal(true), result: z.object({ message_id: z.int() }) });
const limited = z.object({ parameters: z.object({ retry_after: z.number().min(0) }) });
const tooLong = /(?:message|caption) is too long|file is too big/i;

/** Notices as messages of a bot. A file bears the text as its caption where it fits there; else it follows the message. */
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
  return [
    ...(isCaption ? [] : [messageCall(config, { ...envelope, text: html })]),
    ...attachments.map((file, at) =>
      fileCall(config, file, isCaption && at === 0 ? captioned(envelope, html) : envelope),
    ),
  ];
}

function messageCall(
  config: TelegramConfig,
  message: TelegramEnvelope & { readonly text: string },
): HttpCall {
  const body = { ...message, parse_mode: "HTML", link_preview_options: { is_disabled: true } };
  return {
    ...methodOf(config, "sendMessage"),
    ...{ headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  };
}

function captioned(envelope: TelegramEnvelope, caption: string): object {
  return { ...envelope, caption, parse_mode: "HTML" };
}

function fileCall(config: TelegramConfig, file: Attachment, fields: object): HttpCall {
  const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return { ...methodOf(config, "sendDocument"), ...formBody(texts, [{ field: "document", file }]) };
}

/** The Bot API wants its token in the path: it is a secret of each call. */
function methodOf({ api, token }: TelegramConfig, method: string): Pick<HttpCall, "url" | "secrets"> {
  const key = token.slice(token.indexOf(":") + 1);
  return { url: `${api.replace(/\/+$/, "")}/bot${token}/${method}`, secrets: [token, key] };
}

function saidMs({ body }: HttpReply): number | undefined {
  const said = limited.safeParse(jsonOf(body));
  return said.success ? said.data.parameters.retry_after * 1000 : undefined;
}
