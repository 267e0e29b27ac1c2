import { z } from "zod";
import { requireAnswer } from "../http/answer.ts";
import type { HttpChannel } from "../http/sink.ts";
import { requireFit } from "../text/fits.ts";
import type { NtfyConfig } from "./adapter.ts";
import { callOf, type Part } from "./call.ts";
import { fileOf } from "./file.ts";
import { maxJsonBytes, ntfyText } from "./limits.ts";
import { messageOf, type NtfyMessage } from "./message.ts";

const doing = "publishing to ntfy";
const answer = z.object({ id: z.string().min(1) });

/** A notice as JSON to the server's root, or beside its file: then, and where JSON would be too long, in headers. */
export function ntfyChannel(config: NtfyConfig): HttpChannel {
  return {
    doing,
    request: (_, notice) => {
      const message = messageOf(config, notice);
      requireFit(doing, { ...notice, text: message.message }, ntfyText);
      const file = fileOf(doing, notice);
      if (file !== undefined) {
        const { message: text, ...others } = message;
        const headers = { ...headersOf(others), message: word(text), filename: word(file.name) };
        return callOf(config, { method: "PUT", path: config.topic, headers, body: file.bytes });
      }
      const body = JSON.stringify({ topic: config.topic, ...message });
      return Buffer.byteLength(body) <= maxJsonBytes
        ? callOf(config, { path: "", headers: { "content-type": "application/json" }, body })
        : callOf(config, asText(config.topic, message));
    },
    receipt: (reply) => ({ providerId: requireAnswer(doing, reply, answer).id }),
  };
}

function asText(path: string, { message, ...others }: NtfyMessage): Part {
  const headers = { ...headersOf(others), "content-type": "text/plain; charset=utf-8" };
  return { path, headers, body: message };
}

function headersOf(message: Omit<NtfyMessage, "message">): Readonly<Record<string, string>> {
  const { title, priority, tags, click, actions, sequence_id: sequence } = message;
  return {
    ...(title === undefined ? {} : { title: word(title) }),
    priority: String(priority),
    ...(tags === undefined ? {} : { tags: word(tags.join(",")) }),
    ...(click === undefined ? {} : { click: word(click) }),
    ...(actions === undefined ? {} : { actions: word(JSON.stringify(actions)) }),
    ...(sequence === undefined ? {} : { "x-sequence-id": sequence }),
  };
}

/** A header that holds anything, line ends too (RFC 2047). */
function word(text: string): string {
  return `=?UTF-8?B?${Buffer.from(text).toString("base64")}?=`;
}
