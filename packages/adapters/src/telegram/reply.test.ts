import { describe, expect, test } from "vitest";
import type { ReplyOffer } from "@fleetbus/core";
import { Api, InputFile } from "grammy";
import { goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { telegram } from "./adapter.ts";
import { askedOf, botApi, chat, telegramJudge, token } from "./far.test.support.ts";
import { telegramText } from "./limits.ts";

const longestToken = "bbbbb-00002".padEnd(32, "0");
const reply: ReplyOffer = {
  token: "k7m2q-x4tfz",
  choices: [
    { label: "go on", token: "aaaaa-00001" },
    { label: "stop <&>", token: longestToken },
  ],
  expiresAt: "2026-01-03T15:04:00.000Z",
};
const keyboard = [
  [
    { text: "go on", callback_data: "aaaaa-00001" },
    { text: "stop <&>", callback_data: longestToken },
  ],
];
const file = (name: string) => ({ name, mediaType: "text/plain", bytes: new TextEncoder().encode("log\n") });
const configOf = (api: string) => ({ token, chat, api });

describe("a notice that can be answered", () => {
  test("bears its choices as buttons, byte for byte, and shows no token", async () => {
    await withFar(telegramJudge, async (far) => {
      const [failed] = fiveNotices(telegramText.escape);
      await sendOnce(telegram, configOf(far.url), {
        event: failed!.event,
        notice: { ...failed!.notice, reply },
      });
      const golden = goldenOf(far.taken[0]!).replace(token, "<token>");
      await expect(golden).toMatchFileSnapshot("golden/reply.txt");
      expect(golden).not.toContain(reply.token);
    });
  });

  test("bears nothing where there is nothing to pick from: quoting answers it", async () => {
    await withFar(telegramJudge, async (far) => {
      await sendOnce(telegram, configOf(far.url), { notice: { reply: { ...reply, choices: [] } } });
      expect(askedOf(far.taken[0]!).parameters).not.toHaveProperty("reply_markup");
      expect(far.taken[0]!.body).not.toContain(reply.token);
    });
  });

  test("has long choices one below the other", async () => {
    const api = botApi();
    await withFar(api.judge, async (far) => {
      const choices = [
        { label: "go on with the tests", token: "a" },
        { label: "stop", token: "b" },
      ];
      await sendOnce(telegram, configOf(far.url), { notice: { reply: { ...reply, choices } } });
      expect(api.messages[0]?.buttons.map((row) => row.map(({ text }) => text))).toEqual([
        ["go on with the tests"],
        ["stop"],
      ]);
    });
  });

  test.each([
    ["a message alone", "x", [], [true]],
    ["a text and its files", "x".repeat(1500), ["a.log", "b.log"], [false, false, true]],
    ["files, the first with the text", "x", ["a.log", "b.log"], [false, true]],
    ["a file with the text", "x", ["a.log"], [true]],
  ] as const)("has its buttons below the last message: %s", async (_, text, names, expected) => {
    const api = botApi();
    await withFar(api.judge, async (far) => {
      await sendOnce(telegram, configOf(far.url), { notice: { text, reply, attachments: names.map(file) } });
      expect(api.messages.map(({ buttons }) => buttons.length > 0)).toEqual(expected);
      expect(api.messages.at(-1)?.buttons).toEqual(keyboard);
    });
  });

  test("asks for the same as the real client does, with and without a file", async () => {
    await withFar(telegramJudge, async (far) => {
      const real = new Api(token, { apiRoot: far.url });
      const envelope = { disable_notification: true, parse_mode: "HTML" } as const;
      const markup = { reply_markup: { inline_keyboard: keyboard } };
      await sendOnce(telegram, configOf(far.url), { notice: { title: "t", text: "x", reply } });
      const noLink = { link_preview_options: { is_disabled: true } };
      await real.sendMessage(chat, "<b>t</b>\nx", { ...envelope, ...markup, ...noLink });
      const attachments = [file("a.log")];
      await sendOnce(telegram, configOf(far.url), { notice: { title: "t", text: "x", reply, attachments } });
      const document = new InputFile(attachments[0]!.bytes, "a.log");
      await real.sendDocument(chat, document, { ...envelope, ...markup, caption: "<b>t</b>\nx" });
      const [message, realMessage, withFile, realWithFile] = far.taken.map(askedOf);
      expect([message, withFile]).toEqual([realMessage, realWithFile]);
    });
  });
});
