import { describe, expect, test } from "vitest";
import { FleetError } from "@fleetbus/core";
import { Api } from "grammy";
import { askedOf, chat, token, type BotApi } from "../far.test.support.ts";
import { withListening } from "../far/listening.test.support.ts";

const hostile = "→ lab/web: <b>x</b> &lt; & @everyone *_~`";
const choices = [
  { label: "Send", token: "s3nd-token" },
  { label: "Drop", token: "dr0p-token" },
];
const told = ({ messages }: BotApi) => messages.filter(({ isOfBot }) => isOfBot);

describe("who said something to a bot is answered", () => {
  test("below it, as it is, in its topic, without a sound", async () => {
    await withListening(async ({ api, far, next }) => {
      const said = api.says("go on", { thread: 7 });
      const { providerId } = await (await next()).ack({ line: hostile });
      expect(told(api)).toMatchObject([{ text: hostile, quotes: said, thread: 7, buttons: [] }]);
      expect(providerId).toBe(String(told(api)[0]?.id));
      await new Api(token, { apiRoot: far.url }).sendMessage(
        Number(chat),
        "→ lab/web: &lt;b&gt;x&lt;/b&gt; &amp;lt; &amp; @everyone *_~`",
        {
          ...{ message_thread_id: 7, parse_mode: "HTML", disable_notification: true },
          reply_parameters: { message_id: said, allow_sending_without_reply: true },
          link_preview_options: { is_disabled: true },
        },
      );
      const [ours, theirs] = far.taken.map(askedOf).filter(({ method }) => method === "sendMessage");
      expect(ours).toEqual(theirs);
    });
  });

  test("with a question, whose buttons are the choices; the used ones go, and its answer is told", async () => {
    await withListening(async ({ api, far, next }) => {
      api.says("go on");
      const { providerId } = await (await next()).ack({ line: 'to lab/web: "go on"?', choices });
      const question = Number(providerId);
      expect(told(api)[0]?.buttons).toEqual([
        choices.map(({ label, token: data }) => ({ text: label, callback_data: data })),
      ]);
      const press = api.presses(question, "Send");
      const choice = await next();
      expect(choice).toMatchObject({ sender: { id: "42" }, said: { type: "choice", token: "s3nd-token" } });
      await choice.ack({ line: hostile });
      expect(api.pressAnswers).toEqual([{ callback_query_id: press, text: hostile }]);
      expect(told(api)).toMatchObject([{ buttons: [] }, { text: hostile, quotes: question }]);
      const real = new Api(token, { apiRoot: far.url });
      await real.answerCallbackQuery(press, { text: hostile }).catch(() => undefined);
      await real.editMessageReplyMarkup(Number(chat), question).catch(() => undefined);
      for (const method of ["answerCallbackQuery", "editMessageReplyMarkup"]) {
        const [ours, theirs] = far.seen.map(askedOf).filter((each) => each.method === method);
        expect(theirs).toBeDefined();
        expect(ours).toEqual(theirs);
      }
    });
  });

  test("where it is refused for good: with the reason, once", async () => {
    await withListening(async ({ api, next }) => {
      const said = api.says("to nobody");
      await (await next()).nak(new FleetError("not_found", "taking a reply: no session <x>"));
      expect(told(api)).toMatchObject([
        { text: "taking a reply: no session <x>", quotes: said, buttons: [] },
      ]);
    });
  });

  test("where a button is refused: in a window, to who pressed it alone; the buttons stay", async () => {
    await withListening(async ({ api, next }) => {
      api.says("go on");
      await (await next()).ack({ line: "sure?", choices });
      const press = api.presses(told(api)[0]!.id, "Drop", { from: { id: 43, first_name: "Bob" } });
      const late = await next();
      expect(late).toMatchObject({ sender: { id: "43" } });
      await late.nak(new FleetError("refused", "taking a reply: it was answered before"));
      const text = "taking a reply: it was answered before";
      expect(api.pressAnswers).toEqual([{ callback_query_id: press, text, show_alert: true }]);
      expect(told(api)).toMatchObject([{ buttons: [[{ text: "Send" }, { text: "Drop" }]] }]);
    });
  });

  test("but not a stranger, who learns nothing by text or button", async () => {
    const silent = new FleetError("refused", "taking a reply: a stranger", { details: { isSilent: true } });
    await withListening(async ({ api, far, next }) => {
      api.says("hello?");
      const first = await next();
      const { providerId } = await first.ack({ line: "sure?", choices });
      api.says("let me in", { from: { id: 666, first_name: "Eve" } });
      await (await next()).nak(silent);
      api.presses(Number(providerId), "Send", { from: { id: 666, first_name: "Eve" } });
      await (await next()).nak(silent);
      expect(told(api)).toHaveLength(1);
      expect(api.pressAnswers).toEqual([]);
      const methods = new Set(far.seen.map((request) => askedOf(request).method));
      expect([...methods]).toEqual(["getUpdates", "sendMessage"]);
    });
  });

  test("also where what they said was deleted by then, and where their press is too old", async () => {
    await withListening(async ({ api, far, next }) => {
      const from = { id: 42, is_bot: false, first_name: "Ada" };
      const gone = { message_id: 5000, date: 0, chat: { id: Number(chat), type: "supergroup" }, from };
      api.happens({ message: { ...gone, text: "deleted" } });
      await (await next()).ack({ line: "taken" });
      api.happens({ callback_query: { id: "old", from, message: gone, chat_instance: "1", data: "t" } });
      await (await next()).ack({ line: "taken too" });
      expect(told(api).map(({ text, quotes }) => [text, quotes])).toEqual([
        ["taken", undefined],
        ["taken too", undefined],
      ]);
      expect(far.seen.length - far.taken.length).toBe(2);
    });
  });

  test("within what Telegram takes", async () => {
    await withListening(async ({ api, next }) => {
      api.says("go on");
      const long = `${"x".repeat(199)}🚀${"<".repeat(3894)}🚀 and more`;
      const { providerId } = await (await next()).ack({ line: long, choices });
      expect(told(api)[0]?.text).toBe(long.slice(0, 4095));
      api.presses(Number(providerId), "Send");
      await (await next()).ack({ line: long });
      expect(api.pressAnswers[0]?.text).toBe("x".repeat(199));
      expect(told(api)).toHaveLength(2);
    });
  });
});

describe("an answer that cannot be sent", () => {
  test("for now, has what was taken come again, not before the time that was named", async () => {
    await withListening(async ({ api, far, next }) => {
      api.says("go on");
      const first = await next();
      const limited = { ok: false, error_code: 429, parameters: { retry_after: 0.3 } };
      far.next.push({ status: 429, body: JSON.stringify(limited) });
      await expect(first.ack({ line: "taken" })).rejects.toMatchObject({ code: "unavailable" });
      expect(api.kept()).toHaveLength(1);
      const since = performance.now();
      const again = await next();
      expect(performance.now() - since).toBeGreaterThan(280);
      expect([again.id, again.said]).toEqual([first.id, first.said]);
      expect(await again.ack({ line: "taken" })).toHaveProperty("providerId");
      expect(told(api)).toMatchObject([{ text: "taken" }]);
    });
  });

  test("ever, keeps nothing from coming after it, and is logged", async () => {
    await withListening(async ({ api, far, next, reasons }) => {
      for (const text of ["one", "two"]) api.says(text);
      const body = JSON.stringify({ ok: false, error_code: 403, description: "Forbidden: bot was kicked" });
      const first = await next();
      far.next.push({ status: 403, body });
      expect(await first.ack({ line: "taken" })).toEqual({});
      expect(reasons).toEqual([expect.stringMatching(/answering in Telegram: HTTP 403.*kicked/)]);
      const second = await next();
      expect(second).toMatchObject({ said: { text: "two" } });
      far.next.push({ status: 403, body });
      await expect(second.nak(new FleetError("refused", "no"))).rejects.toMatchObject({ code: "refused" });
      void next().catch(() => undefined);
      await expect.poll(() => api.kept()).toEqual([]);
    });
  });
});
