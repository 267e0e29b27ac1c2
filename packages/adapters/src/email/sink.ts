import { FleetError, sanitiseLine, type AdapterContext, type SendReceipt, type Sink } from "@fleetbus/core";
import type { SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import { requireFit } from "../text/fits.ts";
import type { EmailConfig } from "./config.ts";
import { openConnection } from "./smtp/connection.ts";
import { doing } from "./smtp/failure.ts";
import { emailText } from "./limits.ts";
import { mailLine, type MailLine } from "./smtp/line.ts";
import { mailOf } from "./message/message.ts";
import { tokenSource } from "./smtp/xoauth2.ts";

/** The sink of the email adapter: nothing of the mail library is loaded, and nobody called, before the first mail. */
export function emailSink(config: EmailConfig, context: AdapterContext): Sink {
  const closing = new AbortController();
  const line = lineOf(config, context);
  let isConnected = false;
  return {
    connect: async (signal) => {
      signal.throwIfAborted();
      isConnected = true;
    },
    send: async (_event, signal, notice) => {
      if (!isConnected || closing.signal.aborted)
        throw new FleetError("unavailable", `${doing}: the adapter is not connected`);
      signal.throwIfAborted();
      requireFit(doing, notice, emailText);
      const mail = await mailOf(notice, { config, ns: context.ns, nowMs: context.clock.now() });
      const info = await line.send(mail, AbortSignal.any([signal, closing.signal]));
      if (info.rejected.length > 0) warn(context, info);
      return receiptOf(info.response);
    },
    close: async () => {
      closing.abort(new FleetError("unavailable", `${doing}: the adapter is closing`));
      await line.close();
    },
  };
}

/** A line to the config's server. */
export function lineOf(config: EmailConfig, context: AdapterContext): MailLine {
  const tokens = config.oauth2 === undefined ? undefined : tokenSource(config.oauth2, context);
  return mailLine(
    (signal) => openConnection(config, tokens === undefined ? undefined : () => tokens(signal), signal),
    context.clock,
  );
}

/** Some got it: another try would give it to them again. */
function warn({ log }: AdapterContext, { rejected, rejectedErrors = [] }: SMTPConnectionSendInfo): void {
  const words = rejectedErrors.map(({ response }) => sanitiseLine(String(response ?? "")));
  log.warn({ rejected, words }, `${doing}: the server refused some who were to get it`);
}

/** The id that the server queued it under; its whole answer where it names none. */
function receiptOf(response: string): SendReceipt {
  const words = sanitiseLine(response).slice(0, 200);
  const providerId = /\b(?:queued as|id=|id)\s*<?([\w.@-]{4,})/i.exec(words)?.[1] ?? words;
  return providerId === "" ? {} : { providerId };
}
