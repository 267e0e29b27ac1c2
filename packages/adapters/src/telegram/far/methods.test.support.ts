import { z } from "zod";
import { jsonOf } from "../../http/answer.ts";

/** In a form, objects are JSON, numbers and booleans are words. */
const json = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === "string" ? jsonOf(value) : value), schema);
const flag = z.union([z.boolean(), z.stringbool()]);
const int = z.coerce.number().int();

const button = z.strictObject({ text: z.string().min(1), callback_data: z.string().min(1) });
const keyboard = z.strictObject({ inline_keyboard: z.array(z.array(button).min(1)) });
const reply = z.strictObject({ message_id: int, allow_sending_without_reply: flag.optional() });
const envelope = {
  ...{ chat_id: z.coerce.string(), message_thread_id: int.optional() },
  ...{ disable_notification: flag.optional(), parse_mode: z.literal("HTML").optional() },
  ...{ reply_parameters: json(reply).optional(), reply_markup: json(keyboard).optional() },
};
const noLink = z.strictObject({ is_disabled: z.boolean() });

/** The methods of the Bot API that fleet and its tests call, with the parameters that they know. */
export const methods = {
  sendMessage: z.strictObject({
    ...envelope,
    text: z.string(),
    link_preview_options: json(noLink).optional(),
  }),
  sendDocument: z.strictObject({
    ...envelope,
    caption: z.string().optional(),
    document: z.object({ filename: z.string(), text: z.string() }),
  }),
  editMessageReplyMarkup: z.strictObject({
    ...{ chat_id: z.coerce.string(), message_id: int, reply_markup: json(keyboard).optional() },
  }),
  answerCallbackQuery: z.strictObject({
    ...{ callback_query_id: z.string(), text: z.string().optional(), show_alert: flag.optional() },
  }),
  getUpdates: z.strictObject({
    ...{ offset: int.min(0).default(0), limit: int.min(1).max(100).default(100) },
    ...{ timeout: int.min(0).max(50).default(0), allowed_updates: json(z.array(z.string())).optional() },
  }),
  setWebhook: z.strictObject({ url: z.url({ protocol: /^https$/ }) }),
  deleteWebhook: z.strictObject({ drop_pending_updates: flag.optional() }),
} as const;

/** The name of one. */
export type Method = keyof typeof methods;
/** What one is called with. */
export type Parameters<M extends Method> = z.output<(typeof methods)[M]>;
/** A message that is to be sent. */
export type Sending = Parameters<"sendMessage"> | Parameters<"sendDocument">;
/** A button below a message. */
export type Button = z.output<typeof button>;

/** Whether the Bot API has it. */
export function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name);
}
