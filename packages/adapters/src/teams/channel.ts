import { FleetError, type Notice } from "@fleetbus/core";
import { secretsIn } from "../http/masked.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { TeamsConfig } from "./adapter.ts";
import { codeOf, receiptOf } from "./answer.ts";
import { maxBodyBytes, teamsText } from "./limits.ts";
import { messageOf } from "./message.ts";

const doing = "posting to a Teams workflow";

/** Notices as Adaptive Cards to a workflow that begins when a webhook request is received. */
export function teamsChannel({ url }: TeamsConfig): HttpChannel {
  return {
    doing,
    request: (_, notice) => ({
      ...{ url, secrets: secretsIn(url), body: bodyOf(notice) },
      headers: { "content-type": "application/json; charset=utf-8" },
    }),
    codeOf,
    receipt: (reply) => receiptOf(doing, reply),
  };
}

function bodyOf(notice: Notice): string {
  requireFit(doing, notice, teamsText);
  const body = JSON.stringify(messageOf(notice));
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBodyBytes)
    throw new FleetError("too_large", `${doing}: a body of ${bytes} bytes, ${maxBodyBytes} are taken`);
  return body;
}
