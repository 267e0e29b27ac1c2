import { FleetError, type AdapterContext, type Notice } from "@fleetbus/core";
import type { HttpReply } from "../http/call.ts";
import { secretsIn } from "../http/masked.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { FeishuConfig } from "./adapter.ts";
import { codeOf, requireZero } from "./answer.ts";
import { feishuText, maxBodyBytes } from "./limits.ts";
import { messageOf } from "./message.ts";
import { signed } from "./sign.ts";

const doing = "posting to Feishu";

/** Notices as cards to a custom bot, signed at the moment they are sent. */
export function feishuChannel(config: FeishuConfig, context: Pick<AdapterContext, "clock">): HttpChannel {
  const { url, secret } = config;
  return {
    doing,
    request: (_, notice) => {
      const seconds = Math.floor(context.clock.now() / 1000);
      const signature = secret === undefined ? {} : signed(secret, seconds);
      const headers = { "content-type": "application/json; charset=utf-8" };
      return { url, secrets: secretsIn(url), headers, body: bodyOf(notice, signature) };
    },
    saidMs,
    codeOf,
    receipt: (reply) => {
      requireZero(doing, reply);
      return {};
    },
  };
}

function bodyOf(notice: Notice, signature: object): string {
  requireFit(doing, notice, feishuText);
  const body = JSON.stringify({ ...signature, ...messageOf(notice) });
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBodyBytes)
    throw new FleetError("too_large", `${doing}: a body of ${bytes} bytes, ${maxBodyBytes} are taken`);
  return body;
}

/** The gateway's own header, in seconds. */
function saidMs({ headers }: HttpReply): number | undefined {
  const seconds = Number(headers.get("x-ogw-ratelimit-reset") ?? Number.NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}
