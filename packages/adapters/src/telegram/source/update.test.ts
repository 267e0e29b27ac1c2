import { describe, expect, test } from "vitest";
import { telegram } from "../adapter.ts";
import { readUpdate, type Heard } from "./update.ts";

const ada = { id: 42, is_bot: false, first_name: "Ada", last_name: "L" };
const forum = { id: -1001, type: "supergroup", title: "agents", is_forum: true };
const base = { message_id: 5, date: 0, chat: forum, from: ada, text: "go on" };
const inTopic = { message_thread_id: 7, is_topic_message: true };
const root = { message_id: 7, date: 0, chat: forum, forum_topic_created: { name: "web", icon_color: 1 } };
const quoted = { message_id: 3, date: 0, chat: forum, from: { id: 1, is_bot: true, first_name: "fleet" } };

function read(update: object, keys: object = {}): Heard | string {
  const config = telegram.spec.config.parse({ token: "1:a", chat: "-1001", ...keys });
  return readUpdate(config, { update_id: 900, ...update });
}

describe("[row 139] what a member of a group says", () => {
  test("comes with the number of who says it, the chat and the message", () => {
    expect(read({ message: base })).toEqual({
      ...{ id: "900", sender: { id: "42", name: "Ada L" }, chat: -1001, message: 5 },
      said: { type: "text", text: "go on" },
    });
  });

  test.each([
    ["a quoted message", { reply_to_message: quoted }, "3"],
    ["a quoted message of a topic", { ...inTopic, reply_to_message: { ...quoted, ...inTopic } }, "3"],
    ["nothing", {}, undefined],
    [
      "nothing in a topic, where the message that began it stands as the quoted one",
      { ...inTopic, reply_to_message: root },
      undefined,
    ],
    [
      "a quoted message of a group without topics, where that begins a thread",
      { message_thread_id: 3, reply_to_message: quoted },
      "3",
    ],
    ["what is in another chat", { external_reply: { origin: {}, message_id: 3 } }, undefined],
  ])("answers %s", (_, more, answers) => {
    expect(read({ message: { ...base, ...more } })).toMatchObject({
      said: { type: "text", text: "go on", ...(answers === undefined ? {} : { answers }) },
    });
    const heard = read({ message: { ...base, ...more } });
    expect(typeof heard === "object" && "answers" in heard.said).toBe(answers !== undefined);
  });

  test.each([
    ["their @name", { ...ada, username: "ada_l" }, "@ada_l"],
    ["their names", ada, "Ada L"],
    ["their first name", { id: 42, is_bot: false, first_name: "Ada" }, "Ada"],
  ])("is shown with %s", (_, from, name) => {
    expect(read({ message: { ...base, from } })).toMatchObject({ sender: { id: "42", name } });
  });

  test("is the caption of a picture, where there is one", () => {
    const { text, ...rest } = base;
    const message = { ...rest, photo: [{ file_id: "x" }], caption: text };
    expect(read({ message })).toMatchObject({ said: { type: "text", text: "go on" } });
  });

  test("is answered in its topic, and only in one of a forum", () => {
    expect(read({ message: { ...base, ...inTopic } })).toMatchObject({ thread: 7 });
    expect(read({ message: { ...base, message_thread_id: 3 } })).not.toHaveProperty("thread");
  });

  test("comes from the topic of the config alone, where it names one", () => {
    expect(read({ message: { ...base, ...inTopic } }, { thread: 7 })).toMatchObject({ id: "900" });
    expect(read({ message: { ...base, ...inTopic } }, { thread: 9 })).toBe("of another topic");
    expect(read({ message: base }, { thread: 7 })).toBe("of another topic");
    expect(read({ message: { ...base, message_thread_id: 7 } }, { thread: 7 })).toBe("of another topic");
  });

  test("comes from a chat that is named by its @name, in any case", () => {
    const chat = { ...forum, username: "Fleet_Friends" };
    expect(read({ message: { ...base, chat } }, { chat: "@fleet_friends" })).toMatchObject({ id: "900" });
    expect(read({ message: base }, { chat: "@fleet_friends" })).toMatch(/not the configured one/);
  });
});

describe("an update is passed over, with its reason", () => {
  const bot = { id: 9, is_bot: true, first_name: "b" };
  const { text: _, ...silent } = base;
  test.each([
    ["of another chat", { message: { ...base, chat: { id: 42, type: "private" } } }, /of chat 42,/],
    ["of a bot", { message: { ...base, from: bot } }, /by a bot/],
    ["by way of a bot", { message: { ...base, via_bot: bot } }, /by a bot/],
    ["of an administrator who hides", { message: { ...base, sender_chat: forum } }, /by a chat/],
    ["of a channel", { message: { ...base, sender_chat: { id: -9, type: "channel" } } }, /by a chat/],
    ["without a sender", { message: { ...base, from: undefined } }, /by a chat/],
    ["a picture alone", { message: { ...silent, photo: [] } }, /without a text/],
    ["who joined", { message: { ...silent, new_chat_members: [ada] } }, /without a text/],
    ["nothing but spaces", { message: { ...base, text: " \n" } }, /without a text/],
    ["the greeting", { message: { ...base, text: "/start" } }, /greeting/],
    ["the greeting of a link", { message: { ...base, text: "/start@fleet_bot abc" } }, /greeting/],
    ["an edited message", { edited_message: base }, /neither/],
    ["a post of a channel", { channel_post: base }, /neither/],
    ["one of a kind to come", { message_teleported: base }, /neither/],
    ["a message that is none", { message: { text: 5 } }, /cannot be read/],
    ["a button that is none", { callback_query: "x" }, /cannot be read/],
    [
      "a button of another chat",
      pressed({ message: { ...base, chat: { id: 42 } } }),
      /not of the configured/,
    ],
    ["a button of no chat", pressed({ message: undefined, inline_message_id: "x" }), /not of the configured/],
    ["a button of a game", pressed({ data: undefined, game_short_name: "x" }), /says nothing/],
  ])("%s", (_name, update, reason) => {
    expect(read(update)).toMatch(reason);
  });

  test.each(["/start-up is slow", "/starting"])("but not %j", (text) => {
    expect(read({ message: { ...base, text } })).toMatchObject({ said: { text } });
  });
});

function pressed(change: object): object {
  return {
    callback_query: { id: "q1", from: ada, message: base, chat_instance: "1", data: "t0ken", ...change },
  };
}

describe("a pressed button", () => {
  test("is a choice of who pressed it", () => {
    expect(read(pressed({ from: { ...ada, id: 43 } }))).toEqual({
      ...{ id: "900", sender: { id: "43", name: "Ada L" }, chat: -1001, message: 5, press: "q1" },
      said: { type: "choice", token: "t0ken" },
    });
  });

  test("of a message that the bot cannot see any more is one too", () => {
    const message = { message_id: 5, date: 0, chat: forum };
    expect(read(pressed({ message }), { thread: 7 })).toMatchObject({ said: { token: "t0ken" }, message: 5 });
  });
});
