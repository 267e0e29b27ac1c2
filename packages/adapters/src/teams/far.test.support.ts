import { z } from "zod";
import { jsonOf } from "../http/answer.ts";
import type { Received, Said } from "../http/far-server.test.support.ts";

const flowPath = "/workflows/4711/triggers/manual/paths/invoke";
const signature = "s3cr3t/Sig=0f+it";
/** Where the workflow that exists is called. */
export const hookPath = `${flowPath}?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${encodeURIComponent(signature)}`;

const block = z.strictObject({
  ...{ type: z.literal("TextBlock"), text: z.string().min(1), wrap: z.literal(true) },
  weight: z.enum(["default", "lighter", "bolder"]).optional(),
  size: z.enum(["default", "small", "medium", "large", "extraLarge"]).optional(),
  color: z.enum(["default", "dark", "light", "accent", "good", "warning", "attention"]).optional(),
});
const card = z.strictObject({
  $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
  ...{ type: z.literal("AdaptiveCard"), version: z.enum(["1.2", "1.3", "1.4", "1.5"]) },
  msteams: z.strictObject({ width: z.literal("Full") }).optional(),
  body: z.array(block).min(1),
  actions: z
    .array(z.strictObject({ type: z.literal("Action.OpenUrl"), title: z.string(), url: z.url() }))
    .optional(),
});
const message = z.strictObject({
  type: z.literal("message"),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal("application/vnd.microsoft.card.adaptive"),
      contentUrl: z.null(),
      content: card,
    }),
  ]),
});

/** Plays a workflow of Power Automate, with Teams behind it: what that would drop in silence is refused here. */
export function teamsJudge({ method, path, headers, body }: Received): Said {
  const url = new URL(path, "http://flow.test");
  if (url.pathname !== flowPath) return no(404, "WorkflowNotFound", "The workflow could not be found.");
  const sig = url.searchParams.get("sig");
  if (sig === null) return no(401, "DirectApiAuthorizationRequired", "The request must be authenticated.");
  if (sig !== signature)
    return no(401, "AuthorizationFailed", "The authentication credentials are not valid.");
  if (method !== "POST") return no(405, "TriggerRequestMethodNotValid", "The trigger expects POST.");
  const type = headers["content-type"] ?? "";
  const read = message.safeParse(type.startsWith("application/json") ? jsonOf(body) : undefined);
  if (!read.success) return no(400, "TriggerInputSchemaMismatch", z.prettifyError(read.error));
  if (body.length * 2 > 28_672)
    return no(413, "RequestEntityTooLarge", "The message size exceeds the limit.");
  return { status: 202, headers: { "x-ms-workflow-run-id": "0858" } };
}

/** The texts of a card, in which Teams reads Markdown. */
export function textsOf(body: string): readonly string[] {
  return message.parse(JSON.parse(body)).attachments[0].content.body.map(({ text }) => text);
}

function no(status: number, code: string, words: string): Said {
  const body = JSON.stringify({ error: { code, message: words } });
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body };
}
