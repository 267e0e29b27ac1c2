import { describe, expect, test } from "vitest";
import { adapterConformance } from "@fleetbus/core/testing";
import { sendOnce, farSideOf, goldenOf, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { slack } from "./adapter.ts";
import { controlsIn, hookPath, slackJudge, textsOf } from "./far.test.support.ts";
import { slackText } from "./limits.ts";

const configOf = (url: string) => ({ url: `${url}${hookPath}` });

adapterConformance({
  adapter: slack,
  validConfig: { url: "http://127.0.0.1:1/services/T/B/x" },
  harness: { can: ["stall", "leave"], start: () => farSideOf(slackJudge, configOf) },
  runner: { describe, test },
});

describe("the slack adapter", () => {
  test.each(fiveNotices(slackText.escape))("posts what Slack takes, byte for byte: $name", async (shown) => {
    await withFar(slackJudge, async (far) => {
      expect(await sendOnce(slack, configOf(far.url), shown)).toEqual({});
      await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot(`golden/${shown.name}.txt`);
    });
  });

  test("mentions nobody and links nowhere but to its own link, whatever a text says", async () => {
    const foreign = "<!channel> <!here|x> <@U012AB> <#C01> <https://evil.example|bank> &lt;!channel&gt;";
    await withFar(slackJudge, async (far) => {
      const link = "https://fleet.example/lab/web?a=1|2>3";
      const notice = { title: foreign, text: slackText.escape(foreign), link };
      await sendOnce(slack, configOf(far.url), { notice });
      const { body } = far.taken[0]!;
      expect(controlsIn(body)).toEqual(["https://fleet.example/lab/web?a=1%7C2%3E3"]);
      expect(textsOf(body)[2]).toContain("&amp;lt;!channel&amp;gt;");
      expect(controlsIn(body.replaceAll("&lt;", "<").replaceAll("&gt;", ">"))).toContain("!channel");
    });
  });

  test("a title that its entities make too long for a header is a bold line", async () => {
    await withFar(slackJudge, async (far) => {
      await sendOnce(slack, configOf(far.url), { notice: { title: "&".repeat(150) } });
      expect(far.taken[0]?.body).toContain(`{"type":"section","text":{"type":"mrkdwn","text":"*&amp;`);
    });
  });

  test("a long text stands in sections that end at lines' ends and tear no entity", async () => {
    const lines = Array.from({ length: 400 }, (_, n) => `line ${n} of <the> log`).join("\n");
    const text = slackText.escape(lines).slice(0, slackText.maxText - 8);
    await withFar(slackJudge, async (far) => {
      await sendOnce(slack, configOf(far.url), { notice: { title: "t", text } });
      const [, , ...sections] = textsOf(far.taken[0]!.body);
      expect(sections.length).toBeGreaterThan(3);
      expect(sections.join("\n")).toBe(text);
    });
  });

  test.each(["&amp;", "&lt;", "🚀"])("no section begins or ends within a %s", async (whole) => {
    await withFar(slackJudge, async (far) => {
      for (const start of ["", "x", "xy", "xyz"]) {
        const text = start + whole.repeat(1600);
        await sendOnce(slack, configOf(far.url), { notice: { title: "t", text } });
        const sections = textsOf(far.taken.at(-1)!.body).slice(2);
        expect(sections.join("")).toBe(text);
        expect(sections.length).toBeGreaterThan(1);
        for (const section of sections) expect(section.replaceAll(whole, "")).toMatch(/^[xyz]*$/);
      }
    });
  });

  test.each([
    [429, "rate_limited", { "retry-after": "7" }, { code: "unavailable", details: { retryAfterMs: 7000 } }],
    [500, "rollup_error", {}, { code: "unavailable" }],
    [400, "invalid_payload", {}, { code: "failed", details: { answer: "invalid_payload" } }],
    [400, "no_text", {}, { code: "failed" }],
    [400, "msg_blocks_too_long", {}, { code: "too_large" }],
    [403, "invalid_token", {}, { code: "refused" }],
    [403, "action_prohibited", {}, { code: "refused" }],
    [404, "no_service", {}, { code: "not_found" }],
    [410, "channel_is_archived", {}, { code: "not_found", details: { isGone: true } }],
    [200, "invalid_blocks", {}, { code: "failed", details: { answer: "invalid_blocks" } }],
  ])("HTTP %i with %s is told as what it is", async (status, body, headers, expected) => {
    await withFar(slackJudge, async (far) => {
      far.next.push({ status, body, headers });
      const isRetryable = expected.code === "unavailable";
      await expect(sendOnce(slack, configOf(far.url))).rejects.toMatchObject({ ...expected, isRetryable });
    });
  });

  test("a webhook of somebody else is refused, and no error shows the URL's secret", async () => {
    await withFar(slackJudge, async (far) => {
      far.next.push({ status: 404, body: `no route for ${hookPath}` });
      const failure = await sendOnce(slack, configOf(far.url)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ message: "posting to Slack: HTTP 404, no route for …" });
      expect(JSON.stringify(failure)).not.toContain("s3cr3t0fTheHook");
      await expect(sendOnce(slack, { url: `${far.url}/services/T0AB/B0CD/another` })).rejects.toMatchObject({
        ...{ code: "refused", message: "posting to Slack: HTTP 403, invalid_token" },
      });
    });
  });

  test.each([
    ["slack://T0AB/B0CD/xYz", "https://hooks.slack.com/services/T0AB/B0CD/xYz"],
    ["slack://hooks.slack.com/services/T0AB/B0CD/xYz", "https://hooks.slack.com/services/T0AB/B0CD/xYz"],
    ["slack://chat.example:8443/services/T0AB/B0CD/xYz/", "https://chat.example:8443/services/T0AB/B0CD/xYz"],
  ])("its short form %s is %s", (short, url) => {
    expect(slack.spec.urls?.parse(new URL(short))).toEqual({ url });
  });

  test.each(["slack://T0AB/B0CD", "slack://bot@T0AB/B0CD/xYz", "slack://T0AB/B0CD/xYz/#general"])(
    "%s is no short form",
    (short) => {
      expect(() => slack.spec.urls?.parse(new URL(short))).toThrow(/reading a URL as slack:/);
    },
  );
});
