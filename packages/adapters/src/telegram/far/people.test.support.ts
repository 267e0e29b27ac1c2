import type { Chats, Posted } from "./chats.test.support.ts";
import type { Polls } from "./polls.test.support.ts";

/** Who says something. */
export interface Person {
  readonly id: number;
  readonly first_name: string;
  readonly is_bot?: boolean;
  readonly username?: string;
}

/** How something is said, and where. */
export interface Saying {
  readonly from?: Person;
  readonly chat?: string;
  readonly thread?: number;
  /** The message that is quoted. */
  readonly quotes?: number;
  /** What else the update says of it. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What people do in the chats of a bot. */
export interface People {
  /** Writes; the id of the message. */
  says(text: string, how?: Saying): number;
  /** Presses a button; the id of the query that waits for an answer. Throws where there is no such button. */
  presses(message: number, label: string, how?: Pick<Saying, "from" | "chat">): string;
}

/** The owner of the private chat 42, a member of the groups too. */
export const ada: Person = { id: 42, first_name: "Ada", username: "ada_l" };

/** People who write into `chats`; the bot hears of it by `polls`. */
export function peopleOf(chats: Chats, polls: Polls, queries: Set<string>): People {
  return {
    says: (text, { from = ada, chat = "-1001", thread, quotes, more = {} } = {}) => {
      const posted = chats.put({
        ...{ chat, text, isOfBot: false, buttons: [] },
        ...(thread === undefined ? {} : { thread }),
        ...(quotes === undefined ? {} : { quotes }),
      });
      const shown = {
        ...rawMessage(chats, posted),
        from: { is_bot: false, ...from },
        ...quoteOf(chats, posted),
      };
      polls.happens({ message: { ...shown, ...more } });
      return posted.id;
    },
    presses: (id, label, { from = ada, chat = "-1001" } = {}) => {
      const message = chats.find(chat, id);
      const button = message?.buttons.flat().find(({ text }) => text === label);
      if (message === undefined || button === undefined) throw new Error(`there is no button "${label}"`);
      const query = `query${queries.size + 1}`;
      queries.add(query);
      const pressed = { id: query, from: { is_bot: false, ...from }, message: rawMessage(chats, message) };
      polls.happens({ callback_query: { ...pressed, chat_instance: "1", data: button.callback_data } });
      return query;
    },
  };
}

/** A message as the Bot API says it. */
export function rawMessage({ rooms }: Chats, { id, chat, thread, text, isOfBot, buttons }: Posted): object {
  const { topics, ...room } = rooms[chat] ?? { type: "private" };
  return {
    ...{ message_id: id, date: 1_767_366_240, text },
    chat: { id: Number(chat), ...room, ...(topics === undefined ? {} : { is_forum: true }) },
    ...(isOfBot ? { from: { id: 4711, is_bot: true, first_name: "fleet" } } : {}),
    ...(thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true }),
    ...(buttons.length === 0 ? {} : { reply_markup: { inline_keyboard: buttons } }),
  };
}

/** In a topic, who quotes nothing answers the message that began it; in a group without topics an answer begins a thread. */
function quoteOf(chats: Chats, { chat, thread, quotes }: Posted): object {
  const quoted = quotes === undefined ? undefined : chats.find(chat, quotes);
  if (quoted !== undefined) {
    const isChain = thread === undefined && chats.rooms[chat]?.type === "supergroup";
    return { reply_to_message: rawMessage(chats, quoted), ...(isChain ? { message_thread_id: quotes } : {}) };
  }
  if (thread === undefined) return {};
  const root = { id: thread, chat, thread, text: "", isOfBot: false, buttons: [] };
  return { reply_to_message: { ...rawMessage(chats, root), forum_topic_created: { name: "fleet" } } };
}
