import { z } from "zod";
import { jsonOf } from "../http/answer.ts";
import type { Received, Said } from "../http/far-server.test.support.ts";
import { formOf, type FormPart } from "../http/form.test.support.ts";

/** The webhook that exists. */
export const hookPath = "/api/webhooks/4711/s3cr3t0f-the_Hook";

const embed = z.strictObject({
  title: z.string().min(1).max(256).optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  description: z.string().max(4096),
  color: z.int().min(0).max(0xffffff),
});
const message = z.strictObject({
  username: z.string().min(1).max(80).optional(),
  embeds: z.array(embed).min(1).max(10),
  allowed_mentions: z.strictObject({ parse: z.tuple([]) }),
  flags: z.literal(4096).optional(),
});

/** A request's parts: its message and its files. */
export interface Parts {
  readonly json: unknown;
  readonly files: readonly FormPart[];
}

/** Plays Discord's side of a webhook: its rules and the shapes of its answers. */
export function discordJudge(request: Received): Said {
  const { pathname, searchParams } = new URL(request.path, "http://discord.test");
  if (request.method !== "POST") return said(405, { message: "405: Method Not Allowed", code: 0 });
  if (!pathname.startsWith("/api/webhooks/4711/"))
    return said(404, { message: "Unknown Webhook", code: 10015 });
  if (pathname !== hookPath) return said(401, { message: "Invalid Webhook Token", code: 50027 });
  const { json, files } = partsOf(request);
  if (json === undefined)
    return said(400, { message: "The request body contains invalid JSON.", code: 50109 });
  const read = message.safeParse(json);
  if (!read.success) return said(400, invalid(read.error));
  const { embeds } = read.data;
  const length = embeds.reduce(
    (sum, { title = "", description }) => sum + title.length + description.length,
    0,
  );
  if (length > 6000) return said(400, tooLong("MAX_EMBED_SIZE_EXCEEDED"));
  if (files.length > 10) return said(400, { message: "Invalid Form Body", code: 50035 });
  const isWaited = searchParams.get("wait") === "true";
  return isWaited ? said(200, { id: "1300000000000000001", type: 0, webhook_id: "4711" }) : { status: 204 };
}

/** Reads a body as JSON, or as a form with JSON and files. */
export function partsOf(request: Received): Parts {
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) return { json: jsonOf(request.body), files: [] };
  const form = formOf(request);
  const json = form.find(({ name }) => name === "payload_json")?.text ?? "";
  return { json: jsonOf(json), files: form.filter(({ filename }) => filename !== undefined) };
}

function said(status: number, body: unknown): Said {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function invalid(error: z.ZodError): unknown {
  return error.issues.some(({ code }) => code === "too_big")
    ? tooLong("BASE_TYPE_MAX_LENGTH")
    : { message: "Invalid Form Body", code: 50035, errors: {} };
}

function tooLong(code: string): unknown {
  const errors = { embeds: { _errors: [{ code, message: "Must be fewer in length." }] } };
  return { message: "Invalid Form Body", code: 50035, errors };
}
