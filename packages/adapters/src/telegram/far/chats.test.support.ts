import { brokenHtml, visibleText } from "./html.test.support.ts";
import type { Button, Parameters, Sending } from "./methods.test.support.ts";

/** A message in a chat. */
export interface Posted {
  readonly id: number;
  readonly chat: string;
  readonly thread?: number;
  /** As a reader sees it. */
  readonly text: string;
  readonly html?: string;
  /** The message that it quotes. */
  readonly quotes?: number;
  readonly isOfBot: boolean;
  buttons: readonly (readonly Button[])[];
}

/** A chat with the bot in it. */
export interface ChatRoom {
  readonly type: "private" | "group" | "supergroup";
  readonly title?: string;
  readonly username?: string;
  /** Of a forum. */
  readonly topics?: readonly number[];
}

/** The chats of a bot, and what was said in them. */
export interface Chats {
  readonly rooms: Readonly<Record<string, ChatRoom>>;
  readonly messages: readonly Posted[];
  find(chat: string, id: number): Posted | undefined;
  put(message: Omit<Posted, "id">): Posted;
  /** The bot's message, or why it is not sent. */
  send(sending: Sending): Posted | string;
  /** Changes a message's buttons, or says why not. */
  edit(edit: Parameters<"editMessageReplyMarkup">): Posted | string;
}

const unchanged =
  "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

/** Empty chats; the first message is number 99. */
export function chatsOf(rooms: Readonly<Record<string, ChatRoom>>): Chats {
  const messages: Posted[] = [];
  const find = (chat: string, id: number) => messages.find((each) => each.chat === chat && each.id === id);
  const put = (message: Omit<Posted, "id">) => {
    const posted = { id: 99 + messages.length, ...message };
    messages.push(posted);
    return posted;
  };
  return {
    ...{ rooms, messages, find, put },
    send: (sending) => {
      const problem = problemOf(sending, rooms[sending.chat_id]) ?? quoteProblem(sending, find);
      return problem ?? put(postedOf(sending, find));
    },
    edit: ({
      chat_id: chat,
      message_id: id,
      reply_markup: { inline_keyboard: buttons } = { inline_keyboard: [] },
    }) => {
      const message = find(chat, id);
      if (message === undefined) return "message to edit not found";
      if (!message.isOfBot) return "message can't be edited";
      if (JSON.stringify(buttons) === JSON.stringify(message.buttons)) return unchanged;
      message.buttons = buttons;
      return message;
    },
  };
}

function problemOf(sending: Sending, room: ChatRoom | undefined): string | undefined {
  if (room === undefined) return "chat not found";
  const { message_thread_id: thread, reply_markup: markup } = sending;
  if (thread !== undefined && room.topics?.includes(thread) !== true) return "message thread not found";
  const html = htmlOf(sending);
  const broken = sending.parse_mode === "HTML" ? brokenHtml(html) : undefined;
  if (broken !== undefined) return `can't parse entities: ${broken}`;
  const data = markup?.inline_keyboard.flat().map(({ callback_data: each }) => Buffer.byteLength(each)) ?? [];
  if (data.some((bytes) => bytes > 64)) return "BUTTON_DATA_INVALID";
  const { length } = visibleText(html);
  if ("text" in sending && length === 0) return "message text is empty";
  if ("text" in sending) return length > 4096 ? "message is too long" : undefined;
  return length > 1024 ? "message caption is too long" : undefined;
}

function quoteProblem(
  { chat_id: chat, reply_parameters: reply }: Sending,
  find: Chats["find"],
): string | undefined {
  if (reply === undefined || reply.allow_sending_without_reply === true) return undefined;
  return find(chat, reply.message_id) === undefined ? "message to be replied not found" : undefined;
}

function postedOf(sending: Sending, find: Chats["find"]): Omit<Posted, "id"> {
  const { chat_id: chat, message_thread_id: thread, reply_markup: markup, reply_parameters: reply } = sending;
  const quoted = reply === undefined ? undefined : find(chat, reply.message_id)?.id;
  const html = htmlOf(sending);
  return {
    ...{ chat, html, text: visibleText(html), isOfBot: true, buttons: markup?.inline_keyboard ?? [] },
    ...(thread === undefined ? {} : { thread }),
    ...(quoted === undefined ? {} : { quotes: quoted }),
  };
}

function htmlOf(sending: Sending): string {
  return "text" in sending ? sending.text : (sending.caption ?? "");
}
