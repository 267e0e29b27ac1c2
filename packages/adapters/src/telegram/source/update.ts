import { z } from "zod";
import type { Said } from "@fleetbus/core";
import type { TelegramConfig } from "../adapter.ts";
import type { Update } from "./poll.ts";

const user = z.object({
  ...{ id: z.int(), is_bot: z.boolean(), first_name: z.string() },
  ...{ last_name: z.string().optional(), username: z.string().optional() },
});
const chat = z.object({ id: z.int(), username: z.string().optional() });
const topic = { message_thread_id: z.int().optional(), is_topic_message: z.boolean().default(false) };
const message = z.object({
  ...{ message_id: z.int(), chat, ...topic },
  ...{ from: user.optional(), sender_chat: z.unknown().optional(), via_bot: z.unknown().optional() },
  reply_to_message: z.object({ message_id: z.int() }).optional(),
  ...{ text: z.string().optional(), caption: z.string().optional() },
});
const press = z.object({
  ...{ id: z.string(), from: user, data: z.string().optional() },
  message: z.object({ message_id: z.int(), chat, ...topic }).optional(),
});
type Message = z.output<typeof message>;
type Topic = Pick<Message, "message_thread_id" | "is_topic_message">;

/** What a person said, and where an answer to it goes. */
export interface Heard {
  readonly id: string;
  readonly sender: { readonly id: string; readonly name: string };
  readonly said: Said;
  readonly chat: number;
  /** A topic of a forum. */
  readonly thread?: number;
  /** What an answer quotes: the text, or what bore the button. */
  readonly message: number;
  /** A press on a button, which waits for its own answer. */
  readonly press?: string;
}

/** What an update says, or why it is passed over. Never throws: one that cannot be read must not stop those behind it. */
export function readUpdate(config: TelegramConfig, update: Update): Heard | string {
  const id = String(update.update_id);
  if (update["message"] !== undefined) {
    const read = message.safeParse(update["message"]);
    return read.success ? ofMessage(config, id, read.data) : "a message that cannot be read";
  }
  if (update["callback_query"] === undefined) return "neither a new message nor a button";
  const read = press.safeParse(update["callback_query"]);
  return read.success ? ofPress(config, id, read.data) : "a button that cannot be read";
}

function ofMessage(config: TelegramConfig, id: string, said: Message): Heard | string {
  const { from, text = said.caption } = said;
  if (!isOf(config, said.chat)) return `of chat ${said.chat.id}, which is not the configured one`;
  if (config.thread !== undefined && config.thread !== threadOf(said)) return "of another topic";
  // Who writes as a chat has a stand-in for a sender, the same one for all administrators.
  if (from === undefined || said.sender_chat !== undefined) return "said by a chat, not by a person";
  if (from.is_bot || said.via_bot !== undefined) return "said by a bot";
  if (text === undefined || text.trim() === "") return "without a text";
  if (/^\/start(?:@\w+)?(?:\s|$)/.test(text)) return "the greeting that Telegram itself sends";
  const answers = quotedBy(said);
  return {
    ...{ id, sender: senderOf(from), said: { type: "text", text, ...answers } },
    ...placeOf(said),
  };
}

function ofPress(config: TelegramConfig, id: string, pressed: z.output<typeof press>): Heard | string {
  const { from, data, message: below } = pressed;
  if (below === undefined || !isOf(config, below.chat)) return "a button that is not of the configured chat";
  if (data === undefined) return "a button that says nothing";
  if (from.is_bot) return "pressed by a bot";
  const said: Said = { type: "choice", token: data };
  return { id, sender: senderOf(from), said, ...placeOf(below), press: pressed.id };
}

function isOf({ chat: wanted }: TelegramConfig, { id, username = "" }: Message["chat"]): boolean {
  return wanted.startsWith("@")
    ? username.toLowerCase() === wanted.slice(1).toLowerCase()
    : String(id) === wanted;
}

/** Outside of forums a thread is a chain of answers. */
function threadOf({ message_thread_id: thread, is_topic_message: isTopic }: Topic): number | undefined {
  return isTopic ? thread : undefined;
}

/** In a topic, what quotes nothing says that it answers the message that began the topic. */
function quotedBy(said: Message): { readonly answers?: string } {
  const quoted = said.reply_to_message?.message_id;
  return quoted === undefined || quoted === threadOf(said) ? {} : { answers: String(quoted) };
}

function placeOf(
  place: Topic & Pick<Message, "chat" | "message_id">,
): Pick<Heard, "chat" | "thread" | "message"> {
  const thread = threadOf(place);
  return { chat: place.chat.id, message: place.message_id, ...(thread === undefined ? {} : { thread }) };
}

function senderOf({
  id,
  username,
  first_name: first,
  last_name: last,
}: z.output<typeof user>): Heard["sender"] {
  const name = username === undefined ? [first, last].filter(Boolean).join(" ") : `@${username}`;
  return { id: String(id), name };
}
