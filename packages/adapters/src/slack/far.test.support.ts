import { z } from "zod";
import { jsonOf } from "../http/answer.ts";
import type { Received, Said } from "../http/far-server.test.support.ts";

/** The webhook that exists. */
export const hookPath = "/services/T0AB/B0CD/s3cr3t0fTheHook";

const plain = z.strictObject({
  type: z.literal("plain_text"),
  text: z.string().min(1).max(150),
  emoji: z.boolean(),
});
const mrkdwn = z.strictObject({
  type: z.literal("mrkdwn"),
  text: z.string().min(1).max(3000),
  verbatim: z.literal(true),
});
const block = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("header"), text: plain }),
  z.strictObject({ type: z.literal("section"), text: mrkdwn }),
  z.strictObject({ type: z.literal("context"), elements: z.array(mrkdwn).min(1).max(10) }),
]);
const message = z.strictObject({
  text: z.string().max(40_000),
  blocks: z.array(block).min(1).max(50),
});

/** Plays Slack's side of an incoming webhook: its rules, and its answers in plain words. */
export function slackJudge({ method, path, headers, body }: Received): Said {
  if (method !== "POST") return { status: 405, body: "method_not_allowed" };
  if (!path.startsWith("/services/T0AB/")) return { status: 404, body: "no_team" };
  if (path !== hookPath) return { status: 403, body: "invalid_token" };
  if (!headers["content-type"]?.startsWith("application/json"))
    return { status: 400, body: "invalid_payload" };
  const json = jsonOf(body);
  if (typeof json !== "object" || json === null) return { status: 400, body: "invalid_payload" };
  if (!("text" in json) || json.text === "") return { status: 400, body: "no_text" };
  const said = message.safeParse(json);
  if (!said.success) return { status: 400, body: "invalid_blocks" };
  if (textsOf(body).slice(1).join("").length > 13_200) return { status: 400, body: "msg_blocks_too_long" };
  return { status: 200, headers: { "content-type": "text/html" }, body: "ok" };
}

/** Every text that Slack reads control sequences in. */
export function textsOf(body: string): readonly string[] {
  const { text, blocks } = message.parse(JSON.parse(body));
  const inBlocks = blocks.flatMap((each) =>
    each.type === "context" ? each.elements.map((element) => element.text) : [each.text.text],
  );
  return [text, ...inBlocks];
}

/** What Slack would act on: mentions, and links by where they lead. */
export function controlsIn(body: string): readonly string[] {
  return textsOf(body).flatMap((text) =>
    [...text.matchAll(/<([^>|]*)(?:\|[^>]*)?>/g)].map(([, what]) => what ?? ""),
  );
}
