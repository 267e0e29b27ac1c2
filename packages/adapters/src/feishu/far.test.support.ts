import { createHmac } from "node:crypto";
import { z } from "zod";
import { jsonOf } from "../http/answer.ts";
import type { Received, Said } from "../http/far-server.test.support.ts";

/** The bot that exists, and the key that it verifies with. */
export const hookPath = "/open-apis/bot/v2/hook/b0t-s3cr3t-0f-it";
/** Of its signature verification. */
export const secret = "the bot's own key";

const plain = z.strictObject({ tag: z.literal("plain_text"), content: z.string() });
const button = z.strictObject({
  ...{ tag: z.literal("button"), text: plain, url: z.url(), type: z.enum(["default", "primary", "danger"]) },
});
const element = z.discriminatedUnion("tag", [
  z.strictObject({ tag: z.literal("markdown"), content: z.string().min(1) }),
  z.strictObject({ tag: z.literal("action"), actions: z.array(button).min(1) }),
]);
const colours = z.enum(["blue", "green", "orange", "red", "grey"]);
const message = z.strictObject({
  ...{ timestamp: z.string().regex(/^\d+$/).optional(), sign: z.string().optional() },
  msg_type: z.literal("interactive"),
  card: z.strictObject({
    config: z.strictObject({ wide_screen_mode: z.boolean() }),
    header: z.strictObject({ title: plain, template: colours }),
    elements: z.array(element).min(1),
  }),
});

/** Plays a custom bot: its rules and its answers, whose HTTP status is nearly always 200. */
export function feishuJudge({ method, path, headers, body }: Received): Said {
  if (method !== "POST" || !path.startsWith("/open-apis/bot/v2/hook/"))
    return { status: 404, body: "404 page not found" };
  if (path !== hookPath) return said(19001, "param invalid: incoming webhook access token invalid");
  if (!headers["content-type"]?.startsWith("application/json")) return said(9499, "Bad Request");
  if (Buffer.byteLength(body) > 20_480) return said(9499, "Bad Request");
  const read = message.safeParse(jsonOf(body));
  if (!read.success) return said(9499, "Bad Request");
  if (!isSigned(read.data))
    return said(19021, "sign match fail or timestamp is not within one hour from current time");
  return said(0, "success");
}

/** As the bot's documentation has it: the text to sign is the key, the message is empty. */
function isSigned({ timestamp = "", sign }: z.output<typeof message>): boolean {
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 3600;
  return isFresh && sign === createHmac("sha256", `${timestamp}\n${secret}`).digest("base64");
}

function said(code: number, msg: string): Said {
  const legacy = code === 0 ? { StatusCode: 0, StatusMessage: "success" } : {};
  const body = JSON.stringify({ ...legacy, code, data: {}, msg });
  return { status: 200, headers: { "content-type": "application/json" }, body };
}
