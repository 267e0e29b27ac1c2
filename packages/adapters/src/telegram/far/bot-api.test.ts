import { describe, expect, onTestFinished, test } from "vitest";
import { Api, Bot } from "grammy";
import { startFarServer } from "../../http/far-server.test.support.ts";
import { botApi, chat, token } from "../far.test.support.ts";

const me = {
  ...{ id: 4711, is_bot: true as const, first_name: "fleet", username: "fleet_bot", can_join_groups: true },
  ...{ can_read_all_group_messages: false, supports_inline_queries: false, can_connect_to_business: false },
  ...{ has_main_web_app: false, has_topics_enabled: false, allows_users_to_create_topics: false },
  ...{ can_manage_bots: false, supports_join_request_queries: false },
};

async function start() {
  const api = botApi();
  const far = await startFarServer(api.judge);
  onTestFinished(() => far.close());
  return { api, far, real: new Api(token, { apiRoot: far.url }) };
}

describe("the stand-in for the Bot API", () => {
  test("gives a bot of the real client its updates, once each, and takes its answers", async () => {
    const { api, far } = await start();
    const bot = new Bot(token, { client: { apiRoot: far.url }, botInfo: me });
    const heard: unknown[] = [];
    bot.on("message:text", async (context) => {
      heard.push([context.from.id, context.message.text, context.message.reply_to_message?.message_id]);
      await context.reply("sure?", {
        reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "y" }]] },
      });
    });
    bot.on("callback_query:data", async (context) => {
      heard.push([context.from.id, context.callbackQuery.data]);
      await context.answerCallbackQuery("good");
      await context.editMessageReplyMarkup();
    });
    const first = api.says("one");
    const running = bot.start({ timeout: 5 });
    api.says("two", { quotes: first, thread: 7 });
    await expect.poll(() => api.messages.filter(({ isOfBot }) => isOfBot).length).toBe(2);
    const asked = api.messages.find(({ isOfBot }) => isOfBot)!;
    api.presses(asked.id, "Yes");
    await expect.poll(() => asked.buttons).toEqual([]);
    await bot.stop();
    await running;
    expect(heard).toEqual([
      [42, "one", undefined],
      [42, "two", first],
      [42, "y"],
    ]);
    expect(api.pressAnswers).toMatchObject([{ text: "good" }]);
    expect(api.kept()).toEqual([]);
  });

  test("keeps an update until a higher offset is asked with", async () => {
    const { api, real } = await start();
    for (const text of ["one", "two"]) api.says(text);
    const [one, two] = await real.getUpdates();
    expect(await real.getUpdates({ limit: 1 })).toEqual([one]);
    expect(await real.getUpdates({ offset: two!.update_id })).toEqual([two]);
    expect(api.kept()).toHaveLength(1);
    expect(await real.getUpdates({ offset: two!.update_id + 1 })).toEqual([]);
    expect(api.kept()).toEqual([]);
  });

  test("waits as long as it was asked to, answers at once what happens meanwhile, and keeps to the kinds", async () => {
    const { api, real } = await start();
    const since = performance.now();
    expect(await real.getUpdates({ timeout: 1, allowed_updates: ["callback_query"] })).toEqual([]);
    expect(performance.now() - since).toBeGreaterThan(950);
    api.says("nobody wants it");
    const waiting = real.getUpdates({ timeout: 20, allowed_updates: ["message"] });
    await expect.poll(() => api.isAsked()).toBe(true);
    api.says("now");
    expect(await waiting).toMatchObject([{ message: { text: "now" } }]);
    expect(api.kept()).toHaveLength(1);
  });

  test("has one listener: who comes ends the wait of who was there, and none listens beside a webhook", async () => {
    const { api, real } = await start();
    const first = real.getUpdates({ timeout: 20 });
    first.catch(() => undefined);
    await expect.poll(() => api.isAsked()).toBe(true);
    await real.getUpdates({ timeout: 1 });
    await expect(first).rejects.toMatchObject({
      ...{ error_code: 409, description: expect.stringMatching(/^Conflict: terminated by other getUpdates/) },
    });
    await real.setWebhook("https://hooks.example/");
    await expect(real.getUpdates()).rejects.toMatchObject({ error_code: 409 });
    await real.deleteWebhook();
    expect(await real.getUpdates()).toEqual([]);
  });

  test("lets go of who has gone", async () => {
    const { api, far } = await start();
    const abort = new AbortController();
    const { signal } = abort;
    const gone = fetch(`${far.url}/bot${token}/getUpdates`, {
      ...{ method: "POST", signal, headers: { "content-type": "application/json" } },
      body: JSON.stringify({ timeout: 20 }),
    });
    await expect.poll(() => api.isAsked()).toBe(true);
    abort.abort();
    await expect(gone).rejects.toThrow(/aborted/);
    await expect.poll(() => api.isAsked()).toBe(false);
  });

  test("refuses what the real one refuses, in its words", async () => {
    const { api, real } = await start();
    const button = (callback_data: string) => ({
      reply_markup: { inline_keyboard: [[{ text: "x", callback_data }]] },
    });
    await expect(real.sendMessage(chat, "x", button("é".repeat(33)))).rejects.toMatchObject({
      description: "Bad Request: BUTTON_DATA_INVALID",
    });
    const { message_id: id } = await real.sendMessage(chat, "x", button("y".repeat(64)));
    const quoting = { reply_parameters: { message_id: 5000 } };
    await expect(real.sendMessage(chat, "x", quoting)).rejects.toMatchObject({
      description: "Bad Request: message to be replied not found",
    });
    const query = api.presses(id, "x");
    await real.answerCallbackQuery(query);
    await expect(real.answerCallbackQuery(query)).rejects.toMatchObject({
      description: "Bad Request: query is too old and response timeout expired or query ID is invalid",
    });
    await real.editMessageReplyMarkup(chat, id);
    await expect(real.editMessageReplyMarkup(chat, id)).rejects.toMatchObject({
      description: expect.stringMatching(/^Bad Request: message is not modified/),
    });
    await expect(real.editMessageReplyMarkup(chat, 5000)).rejects.toMatchObject({
      description: "Bad Request: message to edit not found",
    });
    await expect(real.raw.getUpdates({ limit: 101 })).rejects.toMatchObject({ error_code: 400 });
  });
});
