import { describe, expect, test } from "vitest";
import { bareNotice } from "@fleetbus/core";
import { adapterConformance } from "@fleetbus/core/testing";
import { eventOf, farSideOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { discord } from "./adapter.ts";
import { discordJudge, hookPath, partsOf } from "./far.test.support.ts";
import { discordText } from "./limits.ts";
import { messageOf } from "./message.ts";

const configOf = (url: string) => ({ url: `${url}${hookPath}` });

adapterConformance({
  adapter: discord,
  validConfig: { url: "http://127.0.0.1:1/api/webhooks/1/x" },
  harness: { can: ["stall", "leave"], start: () => farSideOf(discordJudge, configOf) },
  runner: { describe, test },
});

describe("[row 133] the discord adapter", () => {
  test.each(fiveNotices(discordText.escape))(
    "posts what Discord takes, byte for byte: $name",
    async (shown) => {
      await withFar(discordJudge, async (far) => {
        const receipt = await sendOnce(discord, configOf(far.url), shown);
        expect(receipt).toEqual({ providerId: "1300000000000000001" });
        await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot(`golden/${shown.name}.txt`);
      });
    },
  );

  test("posts in a thread, under a name", async () => {
    await withFar(discordJudge, async (far) => {
      await sendOnce(discord, { ...configOf(far.url), thread: "42", username: "fleet" });
      expect(far.taken[0]?.path).toBe(`${hookPath}?wait=true&thread_id=42`);
      expect(partsOf(far.taken[0]!).json).toMatchObject({ username: "fleet" });
    });
  });

  test("its colour says the priority; what is low makes no sound", () => {
    const shownOf = (change: object) => {
      const { embeds, flags } = messageOf({}, bareNotice(eventOf(1), change));
      return [embeds[0].color.toString(16), flags];
    };
    expect(shownOf({ priority: "low" })).toEqual(["95a5a6", 4096]);
    expect(shownOf({ priority: "normal" })).toEqual(["3498db", undefined]);
    expect(shownOf({ priority: "high" })).toEqual(["e67e22", undefined]);
    expect(shownOf({ priority: "urgent" })).toEqual(["e74c3c", undefined]);
    expect(shownOf({ priority: "urgent", isResolved: true })).toEqual(["2ecc71", undefined]);
  });

  test.each([
    ["@everyone and <@1> and <#2>", "\\@everyone and \\<\\@1\\> and \\<#2\\>"],
    ["**a** _b_ ~~c~~ ||d|| `e`", "\\*\\*a\\*\\* \\_b\\_ \\~\\~c\\~\\~ \\|\\|d\\|\\| \\`e\\`"],
    ["[bank](https://evil.example)", "\\[bank\\](https://evil.example)"],
    ["see https://x.example/a_b?c=d#e", "see https://x.example/a_b?c=d#e"],
    ["https://x.example)[bank](y)", "https://x.example)\\[bank\\](y)"],
    ["# a\n- b\n  -# c\n12. d\n> e", "\\# a\n\\- b\n  \\-# c\n12\\. d\n\\> e"],
    ["C:\\dir", "C:\\\\dir"],
  ])("foreign text is no markup: %j", (text, escaped) => {
    expect(discordText.escape(text)).toBe(escaped);
  });

  test("a title of nothing but markup still fits once it is escaped", async () => {
    await withFar(discordJudge, async (far) => {
      await sendOnce(discord, configOf(far.url), { notice: { title: "*".repeat(128) } });
      expect(far.taken).toHaveLength(1);
    });
  });

  test("files go along with the message, in one request", async () => {
    const bytes = new TextEncoder().encode("line 1 “of” the log 🚀\n");
    const attachments = ["run.log", "run-error.log"].map((name) => ({
      name,
      mediaType: "text/plain",
      bytes,
    }));
    await withFar(discordJudge, async (far) => {
      const { providerId } = await sendOnce(discord, configOf(far.url), { notice: { attachments } });
      expect(providerId).toBe("1300000000000000001");
      const { json, files } = partsOf(far.taken[0]!);
      expect(json).toMatchObject({
        allowed_mentions: { parse: [] },
        embeds: [{ title: expect.any(String) }],
      });
      expect(files).toEqual([
        { name: "files[0]", filename: "run.log", type: "text/plain", text: "line 1 “of” the log 🚀\n" },
        { name: "files[1]", filename: "run-error.log", type: "text/plain", text: "line 1 “of” the log 🚀\n" },
      ]);
      const many = Array.from({ length: 11 }, () => attachments[0]!);
      await expect(
        sendOnce(discord, configOf(far.url), { notice: { attachments: many } }),
      ).rejects.toMatchObject({
        code: "too_large",
      });
      expect(far.seen).toHaveLength(1);
    });
  });

  const limited = { message: "You are being rate limited.", retry_after: 0.65, global: false };
  test.each([
    [429, limited, { "retry-after": "1" }, { code: "unavailable", details: { retryAfterMs: 650 } }],
    [429, "<html>", { "retry-after": "3" }, { code: "unavailable", details: { retryAfterMs: 3000 } }],
    [429, {}, { "x-ratelimit-reset-after": "1.5" }, { code: "unavailable", details: { retryAfterMs: 1500 } }],
    [502, "<html>", {}, { code: "unavailable" }],
    [401, { message: "Invalid Webhook Token", code: 50027 }, {}, { code: "unauthorized" }],
    [404, { message: "Unknown Webhook", code: 10015 }, {}, { code: "not_found" }],
    [400, { message: "Cannot send an empty message", code: 50006 }, {}, { code: "failed" }],
    [413, { message: "Request entity too large", code: 40005 }, {}, { code: "too_large" }],
    [200, { message: "Service is down", code: 0 }, {}, { code: "failed" }],
    [204, "", {}, { code: "failed" }],
  ])("HTTP %i with %j is told as what it is", async (status, body, headers, expected) => {
    await withFar(discordJudge, async (far) => {
      far.next.push({ status, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
      const isRetryable = expected.code === "unavailable";
      await expect(sendOnce(discord, configOf(far.url))).rejects.toMatchObject({ ...expected, isRetryable });
    });
  });

  test("what the far side finds too long is too large, although its status says otherwise", async () => {
    await withFar(discordJudge, async (far) => {
      const errors = { embeds: { 0: { description: { _errors: [{ code: "BASE_TYPE_MAX_LENGTH" }] } } } };
      far.next.push({ status: 400, body: JSON.stringify({ code: 50035, errors }) });
      await expect(sendOnce(discord, configOf(far.url))).rejects.toMatchObject({ code: "too_large" });
    });
  });

  test("no error shows the webhook's token", async () => {
    await withFar(discordJudge, async (far) => {
      far.next.push({ status: 404, body: `no route for ${hookPath}?wait=true` });
      const failure: unknown = await sendOnce(discord, configOf(far.url)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ message: "posting to Discord: HTTP 404, no route for …?wait=true" });
      expect(JSON.stringify(failure)).not.toContain("s3cr3t");
    });
  });

  test.each([
    ["discord://4711/abc-D_e", { url: "https://discord.com/api/webhooks/4711/abc-D_e" }],
    [
      "discord://fleet@4711/abc?thread=42",
      { url: "https://discord.com/api/webhooks/4711/abc", username: "fleet", thread: "42" },
    ],
    [
      "discord://ptb.discord.com/api/webhooks/4711/abc",
      { url: "https://ptb.discord.com/api/webhooks/4711/abc" },
    ],
  ])("its short form %s is %j", (short, keys) => {
    expect(discord.spec.urls?.parse(new URL(short))).toEqual(keys);
  });

  test("a URL without a token is no short form", () => {
    expect(() => discord.spec.urls?.parse(new URL("discord://4711"))).toThrow(/reading a URL as discord:/);
  });
});
