import { z } from "zod";
import { jsonOf } from "../http/answer.ts";
import type { Received, Said } from "../http/far-server.test.support.ts";
import { formOf, type FormPart } from "../http/form.test.support.ts";
import { brokenHtml, visibleText } from "./html.test.support.ts";

/** The bot that exists, and the chat that it is in. */
export const token = "4711:AAs3cr3t-of_theBot";
/** Where it may write; it has topic 7. */
export const chat = "-1001";

const envelope = {
  chat_id: z.coerce.string(),
  message_thread_id: z.coerce.number().int().optional(),
  disable_notification: z.union([z.boolean(), z.stringbool()]).optional(),
  parse_mode: z.literal("HTML").optional(),
};
const methods = {
  sendMessage: z.strictObject({
    ...envelope,
    text: z.string(),
    link_preview_options: z.strictObject({ is_disabled: z.boolean() }).optional(),
  }),
  sendDocument: z.strictObject({
    ...envelope,
    caption: z.string().optional(),
    document: z.object({ filename: z.string(), text: z.string() }),
  }),
} as const;

/** What a request asks of the Bot API: the method and its parameters, whatever body they came in. */
export interface Asked {
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Plays the Bot API: its rules and the shapes of its answers. */
export function telegramJudge(request: Received): Said {
  const [, bot = "", method = ""] = request.path.split("/");
  if (!/^bot\d+:[\w-]+$/.test(bot)) return no(404, "Not Found");
  if (bot !== `bot${token}`) return no(401, "Unauthorized");
  const asked = askedOf(request);
  const schema = method === "sendMessage" || method === "sendDocument" ? methods[method] : undefined;
  if (schema === undefined) return no(404, "Not Found");
  const read = schema.safeParse(asked.parameters);
  if (!read.success) return no(400, `Bad Request: ${z.prettifyError(read.error)}`);
  const problem = problemOf(read.data);
  return problem === undefined ? yes() : no(400, `Bad Request: ${problem}`);
}

/** Reads a request's parameters; a file that another part holds (attach://) is put where it belongs. */
export function askedOf(request: Received): Asked {
  const method = request.path.split("/")[2] ?? "";
  const form = formOf(request);
  const json = z.record(z.string(), z.unknown()).safeParse(jsonOf(request.body));
  return { method, parameters: form.length > 0 ? parametersOf(form) : (json.data ?? {}) };
}

function parametersOf(form: readonly FormPart[]): Readonly<Record<string, unknown>> {
  const files = new Map(
    form.filter(({ filename }) => filename).map((part) => [`attach://${part.name}`, part]),
  );
  const fileOf = ({ filename, text }: FormPart) => ({ filename, text });
  const own = form.filter(({ name, filename }) => filename === undefined || name === "document");
  return Object.fromEntries(
    own.map((part) => {
      const attached = files.get(part.text) ?? (part.filename === undefined ? undefined : part);
      return [part.name, attached === undefined ? part.text : fileOf(attached)];
    }),
  );
}

type Message = z.output<(typeof methods)["sendMessage"]> | z.output<(typeof methods)["sendDocument"]>;

function problemOf(message: Message): string | undefined {
  if (message.chat_id !== chat) return "chat not found";
  if (![undefined, 7].includes(message.message_thread_id)) return "message thread not found";
  const html = "text" in message ? message.text : (message.caption ?? "");
  const broken = message.parse_mode === "HTML" ? brokenHtml(html) : undefined;
  if (broken !== undefined) return `can't parse entities: ${broken}`;
  const { length } = visibleText(html);
  if ("text" in message && length === 0) return "message text is empty";
  if ("text" in message) return length > 4096 ? "message is too long" : undefined;
  return length > 1024 ? "message caption is too long" : undefined;
}

function yes(): Said {
  return said(200, {
    ok: true,
    result: { message_id: 99, date: 0, chat: { id: -1001, type: "supergroup" } },
  });
}

function no(status: number, description: string): Said {
  return said(status, { ok: false, error_code: status, description });
}

function said(status: number, body: unknown): Said {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
