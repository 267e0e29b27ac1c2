import { describe, expect, test } from "vitest";
import { Api, InputFile } from "grammy";
import { adapterConformance } from "@fleetbus/core/testing";
import { goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { telegram } from "./adapter.ts";
import { farSide } from "./far/far-side.test.support.ts";
import { askedOf, chat, telegramJudge, token } from "./far.test.support.ts";
import { visibleText } from "./far/html.test.support.ts";
import { telegramText, visibleLength } from "./limits.ts";

const configOf = (api: string) => ({ token, chat, api });
const attachment = (name: string) => ({
  ...{ name, mediaType: "text/plain; charset=utf-8" },
  bytes: new TextEncoder().encode("line 1 “of” the log 🚀\n"),
});

adapterConformance({
  adapter: telegram,
  validConfig: { token, chat, api: "http://127.0.0.1:1" },
  harness: { can: ["stall", "leave", "speak", "keeps"], start: farSide },
  runner: { describe, test },
});

describe("[row 132] the telegram adapter", () => {
  test.each(fiveNotices(telegramText.escape))(
    "sends what Telegram takes, byte for byte: $name",
    async (shown) => {
      await withFar(telegramJudge, async (far) => {
        expect(await sendOnce(telegram, configOf(far.url), shown)).toEqual({ providerId: "99" });
        const golden = goldenOf(far.taken[0]!).replace(token, "<token>");
        await expect(golden).toMatchFileSnapshot(`golden/${shown.name}.txt`);
      });
    },
  );

  test("asks for the same as the real client does: a message", async () => {
    await withFar(telegramJudge, async (far) => {
      const notice = { title: "a < b", text: "<i>one</i> &amp; two", link: "https://fleet.example/?a=1&b=2" };
      await sendOnce(telegram, { ...configOf(far.url), thread: 7 }, { notice });
      const text =
        '<b>a &lt; b</b>\n<i>one</i> &amp; two\n<a href="https://fleet.example/?a=1&amp;b=2">more</a>';
      await new Api(token, { apiRoot: far.url }).sendMessage(chat, text, {
        ...{ parse_mode: "HTML", message_thread_id: 7, disable_notification: true },
        link_preview_options: { is_disabled: true },
      });
      const [ours, theirs] = far.taken.map(askedOf);
      expect(far.taken).toHaveLength(2);
      expect(ours).toEqual(theirs);
      expect(far.taken[0]?.path).toBe(far.taken[1]?.path);
    });
  });

  test("asks for the same as the real client does: a file with a caption", async () => {
    await withFar(telegramJudge, async (far) => {
      const file = attachment("web-run.log");
      const notice = { title: "t", text: "done", priority: "high", attachments: [file] } as const;
      await sendOnce(telegram, { ...configOf(far.url), thread: 7 }, { notice });
      const document = new InputFile(file.bytes, file.name);
      await new Api(token, { apiRoot: far.url }).sendDocument(chat, document, {
        ...{ caption: "<b>t</b>\ndone", parse_mode: "HTML" },
        ...{ message_thread_id: 7, disable_notification: false },
      });
      const [ours, theirs] = far.taken.map(askedOf);
      expect(theirs?.parameters).toMatchObject({ document: { text: "line 1 “of” the log 🚀\n" } });
      expect(ours).toEqual(theirs);
    });
  });

  test("the real client reads our far side's refusals as the service's own", async () => {
    await withFar(telegramJudge, async (far) => {
      const api = new Api(token, { apiRoot: far.url });
      await expect(api.sendMessage("1", "x")).rejects.toMatchObject({
        description: "Bad Request: chat not found",
      });
      await expect(api.sendMessage(chat, "x".repeat(4097))).rejects.toMatchObject({
        ...{ error_code: 400, description: "Bad Request: message is too long" },
      });
      const broken = api.sendMessage(chat, "<x>", { parse_mode: "HTML" });
      await expect(broken).rejects.toMatchObject({
        description: expect.stringMatching(/can't parse entities/),
      });
    });
  });

  test.each([
    ["low", false, true],
    ["normal", false, true],
    ["high", false, false],
    ["urgent", false, false],
    ["urgent", true, true],
  ] as const)("priority %s, resolved %s: without a sound %s", async (priority, isResolved, isSilent) => {
    await withFar(telegramJudge, async (far) => {
      await sendOnce(telegram, configOf(far.url), { notice: { priority, isResolved } });
      expect(askedOf(far.taken[0]!).parameters["disable_notification"]).toBe(isSilent);
    });
  });

  test("foreign text is shown as it is", async () => {
    const foreign = '<b>x</b> <a href="tg://user?id=1">y</a> &lt; & @everyone *_~`';
    await withFar(telegramJudge, async (far) => {
      const notice = { title: foreign, text: telegramText.escape(foreign), link: 'https://x.example/"><b>' };
      await sendOnce(telegram, configOf(far.url), { notice });
      const html = String(askedOf(far.taken[0]!).parameters["text"]);
      expect(visibleText(html)).toBe(`${foreign}\n${foreign}\nmore`);
      expect(visibleLength(html)).toBe(visibleText(html).length);
    });
  });

  test("a text that is no caption any more goes before its files", async () => {
    await withFar(telegramJudge, async (far) => {
      const attachments = [attachment("a.log"), attachment("b.log")];
      const receipt = await sendOnce(telegram, configOf(far.url), {
        notice: { title: "t", text: "x".repeat(1023), attachments },
      });
      expect(receipt).toEqual({ providerId: "99" });
      const asked = far.taken.map(askedOf);
      expect(asked.map(({ method }) => method)).toEqual(["sendMessage", "sendDocument", "sendDocument"]);
      expect(asked[1]?.parameters).not.toHaveProperty("caption");
      await sendOnce(telegram, configOf(far.url), {
        notice: { title: "t", text: "x".repeat(1022), attachments },
      });
      const captions = far.taken.slice(3).map((request) => askedOf(request).parameters["caption"]);
      expect(captions).toEqual([`<b>t</b>\n${"x".repeat(1022)}`, undefined]);
    });
  });

  const limited = "Too Many Requests: retry after 7";
  test.each([
    [429, limited, { retry_after: 7 }, { code: "unavailable", details: { retryAfterMs: 7000 } }],
    [502, "Bad Gateway", undefined, { code: "unavailable" }],
    [400, "Bad Request: chat not found", undefined, { code: "failed" }],
    [400, "Bad Request: message is too long", undefined, { code: "too_large" }],
    [400, "Bad Request: message caption is too long", undefined, { code: "too_large" }],
    [413, "Request Entity Too Large", undefined, { code: "too_large" }],
    [401, "Unauthorized", undefined, { code: "unauthorized" }],
    [403, "Forbidden: bot was blocked by the user", undefined, { code: "refused" }],
    [404, "Not Found", undefined, { code: "not_found" }],
    [200, "Bad Request: something", undefined, { code: "failed" }],
  ])("%i %s is told as what it is", async (status, description, parameters, expected) => {
    await withFar(telegramJudge, async (far) => {
      const body = JSON.stringify({ ok: false, error_code: status, description, parameters });
      far.next.push({ status, body });
      const isRetryable = expected.code === "unavailable";
      const sending = sendOnce(telegram, configOf(far.url));
      await expect(sending).rejects.toMatchObject({ ...expected, isRetryable });
      await expect(sending).rejects.toThrow(description);
    });
  });

  test.each([
    ["a proxy that echoes the path", `no route for /bot${token}/sendMessage`],
    ["one that echoes the key alone", `who is ${token.slice(5)}?`],
    ["nobody at all", undefined],
  ])("no error shows the token, whoever answers: %s", async (_, body) => {
    await withFar(telegramJudge, async (far) => {
      if (body === undefined) await far.leave();
      else far.next.push({ status: 404, body });
      const failure: unknown = await sendOnce(telegram, configOf(far.url)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      const { message, stack, details } = failure as Error & { readonly details: unknown };
      const all = [message, stack, JSON.stringify(details), String((failure as Error).cause)].join("\n");
      expect(all).toMatch(/sending to Telegram/);
      expect(all).not.toContain(token.slice(5));
    });
  });

  test("the wrong bot, chat and topic are refused for good", async () => {
    await withFar(telegramJudge, async (far) => {
      const problems = [{ token: "4711:other" }, { chat: "@somewhere" }, { thread: 8 }];
      const codes: unknown[] = [];
      for (const problem of problems)
        await sendOnce(telegram, { ...configOf(far.url), ...problem }).catch((error: unknown) =>
          codes.push(error),
        );
      expect(codes).toMatchObject([
        { code: "unauthorized", isRetryable: false },
        { code: "failed", isRetryable: false },
        { code: "failed", isRetryable: false },
      ]);
    });
  });

  test.each([
    ["tgram://123%3AAAab_c-d/-1001", { token: "123:AAab_c-d", chat: "-1001" }],
    ["tgram://bot123%3AAAab/@news/", { token: "123:AAab", chat: "@news" }],
    ["tgram://123%3AAAab/-1001:7", { token: "123:AAab", chat: "-1001", thread: 7 }],
    ["tgram://123%3AAAab/-1001?topic=7", { token: "123:AAab", chat: "-1001", thread: 7 }],
    ["telegram://123:AAab@telegram?chats=-1001", { token: "123:AAab", chat: "-1001" }],
  ])("its short form %s is %j", (short, keys) => {
    expect(telegram.spec.urls?.parse(new URL(short))).toEqual(keys);
  });

  test.each(["tgram://123%3AAAab", "tgram://123%3AAAab/1/2", "telegram://123:AAab@telegram?chats=1,2"])(
    "%s is no short form",
    (short) => {
      expect(() => telegram.spec.urls?.parse(new URL(short))).toThrow(/reading a URL as tgram:/);
    },
  );
});
