import { z } from "zod";
import { FleetError, type AdapterContext, type ErrorCode } from "@fleetbus/core";
import { jsonOf, requireAnswer } from "../http/answer.ts";
import type { HttpReply } from "../http/call.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { TwilioConfig } from "./adapter.ts";
import { textUpTo } from "./limits.ts";

const doing = "sending an SMS through Twilio";
const yes = z.object({
  sid: z.string().min(1),
  status: z.string(),
  num_segments: z.string().optional(),
  error_code: z.number().nullish(),
  error_message: z.string().nullish(),
});
const no = z.object({ code: z.number() });

/** Twilio's own codes that mean more than their status of 400. */
const meanings: Readonly<Record<number, ErrorCode>> = {
  21408: "refused", // this account sends nothing to that country
  21610: "refused", // who gets it answered STOP
  21617: "too_large",
};

/** Notices as SMS. What stands outside the GSM alphabet for typography's sake (quotes, an ellipsis) Twilio writes plainly, which halves the segments. */
export function twilioChannel(config: TwilioConfig, { log }: Pick<AdapterContext, "log">): HttpChannel {
  const { account, key, secret, to, server } = config;
  const text = textUpTo(config.longest);
  const credentials = Buffer.from(`${key ?? account}:${secret}`).toString("base64");
  return {
    doing,
    request: (_, notice) => {
      requireFit(doing, notice, text);
      const fields = { To: to, ...senderOf(config), Body: notice.text, SmartEncoded: "true" };
      return {
        url: `${server.replace(/\/+$/, "")}/2010-04-01/Accounts/${account}/Messages.json`,
        headers: {
          authorization: `Basic ${credentials}`,
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams(fields).toString(),
        secrets: [credentials, secret],
      };
    },
    receipt: (reply) => {
      const { sid, segments } = accepted(reply);
      log.info({ sid, segments }, "Twilio queued an SMS");
      return { providerId: sid };
    },
    codeOf,
  };
}

function senderOf({ from }: TwilioConfig): Readonly<Record<string, string>> {
  return /^MG[0-9a-f]{32}$/.test(from) ? { MessagingServiceSid: from } : { From: from };
}

function accepted(reply: HttpReply): { readonly sid: string; readonly segments: number } {
  const message = requireAnswer(doing, reply, yes);
  const { sid, status, num_segments: segments = "0", error_code: code, error_message: words } = message;
  if (["failed", "undelivered", "canceled"].includes(status) || typeof code === "number")
    throw new FleetError("failed", `${doing}: ${sid} ${status}, ${code ?? "no code"} ${words ?? ""}`.trim());
  return { sid, segments: Number(segments) };
}

function codeOf({ body }: HttpReply): ErrorCode | undefined {
  const { code } = no.safeParse(jsonOf(body)).data ?? {};
  return code === undefined ? undefined : meanings[code];
}
