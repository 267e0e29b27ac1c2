import { describe, expect, test } from "vitest";
import { systemClock } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { eventOf, farSideOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { feishu } from "./adapter.ts";
import { feishuJudge, hookPath, secret } from "./far.test.support.ts";
import { feishuText } from "./limits.ts";
import { signed } from "./sign.ts";

const configOf = (url: string) => ({ url: `${url}${hookPath}`, secret });
const start = async (): Promise<FarSide> => ({
  ...(await farSideOf(feishuJudge, configOf)),
  largeEvent: (bytes) => ({ ...eventOf(9), id: `event9${"x".repeat(bytes)}` }),
});

adapterConformance({
  adapter: feishu,
  validConfig: { url: "http://127.0.0.1:1/open-apis/bot/v2/hook/x" },
  harness: { can: ["stall", "leave"], start },
  runner: { describe, test },
});

describe("[row 135] the feishu adapter", () => {
  test.each(fiveNotices(feishuText.escape))(
    "posts what Feishu takes, byte for byte: $name",
    async (shown) => {
      await withFar(feishuJudge, async (far) => {
        await sendOnce(feishu, configOf(far.url), shown);
        const golden = goldenOf(far.taken[0]!).replace(
          /"timestamp":"\d+","sign":"[^"]+"/,
          '"timestamp":"…","sign":"…"',
        );
        await expect(golden).toMatchFileSnapshot(`golden/${shown.name}.txt`);
      });
    },
  );

  test("signs as the bot's documentation does", () => {
    expect(signed("demo", 100)).toEqual({
      timestamp: "100",
      sign: "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg=",
    });
  });

  test.each([
    ["with another key", { secret: "another" }, {}],
    ["without one", { secret: undefined }, {}],
    ["by a clock two hours off", {}, { clock: { ...systemClock, now: () => Date.now() - 7_200_000 } }],
  ])("what is signed %s is refused for good", async (_, change, context) => {
    await withFar(feishuJudge, async (far) => {
      const sending = sendOnce(feishu, { ...configOf(far.url), ...change }, { context });
      await expect(sending).rejects.toMatchObject({
        ...{ code: "unauthorized", isRetryable: false },
        message: expect.stringMatching(/^posting to Feishu: code 19021, sign match fail/),
      });
    });
  });

  test.each([
    ["<at id=all></at>", "&#60;at id=all&#62;&#60;/at&#62;"],
    ["**a** _b_ ~~c~~ `d`", "&#42;&#42;a&#42;&#42; &#95;b&#95; &#126;&#126;c&#126;&#126; &#96;d&#96;"],
    ["[x](y) &#60; \\", "&#91;x&#93;&#40;y&#41; &#38;&#35;60; &#92;"],
    ["- a\n  + b\n12. c\nd-e 1.5", "&#45; a\n  &#43; b\n12&#46; c\nd-e 1.5"],
  ])("foreign text is no markup: %j", (text, escaped) => {
    expect(feishuText.escape(text)).toBe(escaped);
  });

  test("a text that JSON doubles still fits", async () => {
    await withFar(feishuJudge, async (far) => {
      const notice = {
        title: '"'.repeat(250),
        text: '"\n'.repeat(feishuText.maxText / 2),
        link: "https://fleet.example/lab/web",
      };
      await sendOnce(feishu, configOf(far.url), { notice });
      expect(Buffer.byteLength(far.taken[0]?.body ?? "")).toBeGreaterThan(18_000);
      const link = `https://fleet.example/${"x".repeat(2000)}`;
      await expect(
        sendOnce(feishu, configOf(far.url), { notice: { ...notice, link } }),
      ).rejects.toMatchObject({
        code: "too_large",
      });
      expect(far.seen).toHaveLength(1);
    });
  });

  test.each([
    ["low", false, "grey"],
    ["normal", false, "blue"],
    ["high", false, "orange"],
    ["urgent", false, "red"],
    ["urgent", true, "green"],
  ] as const)("priority %s, resolved %s, is %s", async (priority, isResolved, template) => {
    await withFar(feishuJudge, async (far) => {
      await sendOnce(feishu, configOf(far.url), { notice: { priority, isResolved } });
      expect(JSON.parse(far.taken[0]!.body)).toMatchObject({ card: { header: { template } } });
    });
  });

  const frequency = "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]";
  const reset = { "x-ogw-ratelimit-reset": "9" };
  test.each([
    [200, { code: 11232, msg: frequency }, {}, { code: "unavailable" }],
    [429, { code: 99991400, msg: "limit" }, reset, { code: "unavailable", details: { retryAfterMs: 9000 } }],
    [429, "", { "retry-after": "4" }, { code: "unavailable", details: { retryAfterMs: 4000 } }],
    [400, { code: 11232, msg: frequency }, {}, { code: "unavailable" }],
    [503, "", {}, { code: "unavailable" }],
    [200, { code: 19001, msg: "param invalid" }, {}, { code: "unauthorized" }],
    [200, { code: 19021, msg: "sign match fail" }, {}, { code: "unauthorized" }],
    [200, { code: 19022, msg: "Ip Not Allowed" }, {}, { code: "refused" }],
    [200, { code: 19024, msg: "Key Words Not Found" }, {}, { code: "refused" }],
    [200, { code: 9499, msg: "Bad Request" }, {}, { code: "failed" }],
    [413, "", {}, { code: "too_large" }],
    [200, "<html>a proxy</html>", {}, { code: "failed" }],
  ])("HTTP %i with %j is told as what it is", async (status, body, headers, expected) => {
    await withFar(feishuJudge, async (far) => {
      far.next.push({ status, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
      const isRetryable = expected.code === "unavailable";
      const sending = sendOnce(feishu, configOf(far.url));
      await expect(sending).rejects.toMatchObject({ ...expected, isRetryable });
      if (typeof body !== "string") await expect(sending).rejects.toThrow(body.msg);
    });
  });

  test("another bot's URL is refused, and no error shows a token", async () => {
    await withFar(feishuJudge, async (far) => {
      const url = `${far.url}/open-apis/bot/v2/hook/an0ther`;
      await expect(sendOnce(feishu, { url })).rejects.toMatchObject({ code: "unauthorized" });
      far.next.push({ status: 404, body: `no ${hookPath}` });
      const failure: unknown = await sendOnce(feishu, configOf(far.url)).catch((error: unknown) => error);
      expect(failure).toMatchObject({ message: "posting to Feishu: HTTP 404, no …" });
    });
  });

  test.each([
    ["feishu://t0ken", { url: "https://open.feishu.cn/open-apis/bot/v2/hook/t0ken" }],
    ["lark://t0ken?secret=k", { url: "https://open.larksuite.com/open-apis/bot/v2/hook/t0ken", secret: "k" }],
    [
      "feishu://open.feishu.cn/open-apis/bot/v2/hook/t0ken",
      { url: "https://open.feishu.cn/open-apis/bot/v2/hook/t0ken" },
    ],
  ])("its short form %s is %j", (short, keys) => {
    expect(feishu.spec.urls?.parse(new URL(short))).toEqual(keys);
  });

  test("a URL with more than a token is no short form", () => {
    expect(() => feishu.spec.urls?.parse(new URL("feishu://a/b"))).toThrow(/reading a URL as feishu:/);
  });
});
