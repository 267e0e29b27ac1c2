import { z } from "zod";
import { FleetError, type Notice } from "@fleetbus/core";
import { jsonOf, requireAnswer } from "../http/answer.ts";
import type { HttpCall, HttpReply } from "../http/call.ts";
import { formBody } from "../http/form.ts";
import { secretsIn } from "../http/masked.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { DiscordConfig } from "./adapter.ts";
import { discordLimits, discordText } from "./limits.ts";
import { messageOf } from "./message.ts";

const doing = "posting to Discord";
const posted = z.object({ id: z.string().min(1) });
const limited = z.object({ retry_after: z.number().min(0) });
const tooLong = /"code": ?"BASE_TYPE_MAX_LENGTH"|"code": ?40005\b/;

/** Notices as embeds to a webhook; `wait` has Discord answer with the message that it made of it. */
export function discordChannel(config: DiscordConfig): HttpChannel {
  return {
    doing,
    request: (_, notice) => {
      requireFit(doing, notice, discordText);
      requireFew(notice);
      const url = addressOf(config);
      const json = JSON.stringify(messageOf(config, notice));
      return { url, secrets: secretsIn(config.url), ...contentOf(json, notice) };
    },
    saidMs,
    codeOf: ({ body }) => (tooLong.test(body) ? "too_large" : undefined),
    receipt: (reply) => ({ providerId: requireAnswer(doing, reply, posted).id }),
  };
}

function addressOf({ url, thread }: DiscordConfig): string {
  const address = new URL(url);
  address.searchParams.set("wait", "true");
  if (thread !== undefined) address.searchParams.set("thread_id", thread);
  return address.href;
}

function contentOf(json: string, { attachments }: Notice): Pick<HttpCall, "headers" | "body"> {
  if (attachments.length === 0) return { headers: { "content-type": "application/json" }, body: json };
  const files = attachments.map((file, at) => ({ field: `files[${at}]`, file }));
  return formBody({ payload_json: json }, files);
}

function requireFew({ attachments }: Notice): void {
  const { maxFiles } = discordLimits;
  if (attachments.length > maxFiles)
    throw new FleetError("too_large", `${doing}: ${attachments.length} files, ${maxFiles} are taken`);
}

/** Seconds, with a fraction: in the body, or of the bucket in a header. */
function saidMs({ body, headers }: HttpReply): number | undefined {
  const said = limited.safeParse(jsonOf(body));
  if (said.success) return Math.ceil(said.data.retry_after * 1000);
  const reset = headers.get("retry-after") === null ? headers.get("x-ratelimit-reset-after") : null;
  const seconds = Number(reset ?? Number.NaN);
  return seconds >= 0 ? Math.ceil(seconds * 1000) : undefined;
}
