import { describe, expect, test } from "vitest";
import { adapterConformance } from "@fleetbus/core/testing";
import { contextOf, farSideOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { twilio } from "./adapter.ts";
import { no, twilioService } from "./twilio.stub.test.support.ts";

const hex = "0123456789abcdef0123456789abcdef";
const account = { account: `AC${hex}`, key: `SK${hex}`, secret: "s3cret", from: "+15551234567" };
const config = { ...account, to: "+15557654321" };
const judge = () => twilioService(account);
const firstSid = "SM00000000000000000000000000000001";

adapterConformance({
  adapter: twilio,
  validConfig: { ...config, server: "http://127.0.0.1:1" },
  harness: { can: ["stall", "leave"], start: () => farSideOf(judge(), (url) => ({ server: url })) },
  runner: { describe, test },
});

describe("[row 134] the Twilio adapter", () => {
  test.each(fiveNotices(twilio.spec.text!.escape))("sends $name", async ({ name, event, notice }) => {
    const inOne = { ...notice, title: "", text: `${notice.title}\n${notice.text}` };
    await withFar(judge(), async (far) => {
      const receipt = await sendOnce(twilio, { ...config, server: far.url }, { event, notice: inOne });
      expect(receipt).toEqual({ providerId: firstSid });
      await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot(`golden/${name}.txt`);
    });
  });

  test("notes the segments that are paid for", async () => {
    await withFar(judge(), async (far) => {
      const noted: unknown[] = [];
      const log = { ...contextOf().log, info: (fields: object) => noted.push(fields) };
      for (const text of ["x".repeat(320), "ж".repeat(320), "short"])
        await sendOnce(twilio, { ...config, server: far.url }, { notice: { text }, context: { log } });
      expect(noted).toMatchObject([{ sid: firstSid, segments: 3 }, { segments: 5 }, { segments: 1 }]);
    });
  });

  test("sends up to 1,600 characters to those who ask for it", async () => {
    await withFar(judge(), async (far) => {
      const long = { ...config, server: far.url, longest: 1600 };
      await sendOnce(twilio, long, { notice: { text: "x".repeat(1600) } });
      expect(far.taken).toHaveLength(1);
      const longer = sendOnce(twilio, long, { notice: { text: "x".repeat(1601) } });
      await expect(longer).rejects.toMatchObject({ code: "too_large" });
      const parsed = twilio.spec.config.parse(long);
      expect(twilio.spec.textOf?.(parsed)).toMatchObject({ maxText: 1600, maxTitle: 0 });
    });
  });

  test("a messaging service sends too, and an account's own token is believed", async () => {
    const { key: _, ...own } = config;
    const service = twilioService({ ...account, key: account.account });
    await withFar(service, async (far) => {
      await sendOnce(twilio, { ...own, server: far.url, from: `MG${hex}` });
      const field = Object.fromEntries(new URLSearchParams(far.taken[0]?.body));
      expect([field["MessagingServiceSid"], "From" in field]).toEqual([`MG${hex}`, false]);
    });
  });

  test.each([
    ["a wrong secret", { secret: "wrong" }, undefined, "unauthorized", { status: 401 }],
    ["another account", { account: `AC${hex.replace("0", "f")}` }, undefined, "not_found", {}],
    ["a number of somebody else's", { from: "+15550000000" }, undefined, "failed", { status: 400 }],
    ["somebody who said STOP", {}, no(400, 21610, "unsubscribed recipient"), "refused", { status: 400 }],
    ["a country that is closed", {}, no(400, 21408, "Permission to send not enabled"), "refused", {}],
    ["a text that is too long", {}, no(400, 21617, "exceeds the 1600 character limit"), "too_large", {}],
    ["haste", {}, no(429, 20429, "Too Many Requests"), "unavailable", { status: 429 }],
    [
      ...["haste, with a time", {}],
      { ...no(429, 20429, "Too Many Requests"), headers: { "retry-after": "2" } },
      ...(["unavailable", { retryAfterMs: 2000 }] as const),
    ],
    ["a server that fails", {}, no(503, 20503, "Service Unavailable"), "unavailable", { status: 503 }],
    ["a no with HTTP 200", {}, { ...no(400, 21211, "Invalid 'To'"), status: 200 }, "failed", {}],
    ["a proxy's page", {}, { status: 200, body: "<html>" }, "failed", {}],
  ] as const)("%s is told as what it is", async (_, change, said, code, details) => {
    await withFar(judge(), async (far) => {
      if (said !== undefined) far.next.push(said);
      const failing = sendOnce(twilio, { ...config, server: far.url, ...change });
      await expect(failing).rejects.toMatchObject({ code, details });
      await expect(failing).rejects.toThrow(/^sending an SMS through Twilio: /);
      await expect(failing).rejects.not.toThrow(/s3cret/);
    });
  });

  test("a message that is taken and fails at once is a failure", async () => {
    await withFar(judge(), async (far) => {
      const failed = { sid: "SM1", status: "failed", error_code: 30007, error_message: "Carrier violation" };
      far.next.push({ status: 201, body: JSON.stringify(failed) });
      const failing = sendOnce(twilio, { ...config, server: far.url });
      await expect(failing).rejects.toThrow("SM1 failed, 30007 Carrier violation");
    });
  });

  test.each([
    ["a number without its country", { to: "015557654321" }],
    ["a number with spaces", { to: "+1 555 765 4321" }],
    ["a number that is too long", { to: "+1234567890123456" }],
    ["a sender of no kind", { from: "a name that is too long" }],
    ["digits without a +", { from: "15551234567" }],
    ["a token for a SID", { account: hex }],
    ["more than Twilio takes", { longest: 1601 }],
  ])("%s is refused when it is read", (_, change) => {
    expect(twilio.spec.config.safeParse({ ...config, ...change }).success).toBe(false);
    expect(twilio.spec.config.safeParse(config).success).toBe(true);
  });

  test.each([
    [`twilio://AC${hex}:token@15551234567/15557654321`, { secret: "token" }],
    [`twilio://AC${hex}:s%2F1@+15551234567/+15557654321?apikey=SK${hex}`, { secret: "s/1", key: `SK${hex}` }],
  ])("%s is a short form", (url, change) => {
    const keys = twilio.spec.urls?.parse(new URL(url));
    const { from, to } = config;
    expect(keys).toEqual({ account: account.account, from, to, ...change });
    expect(twilio.spec.config.safeParse(keys).success).toBe(true);
  });

  test.each([
    ["no token", `twilio://AC${hex}@+15551234567/+15557654321`, /token is missing/],
    ["nobody who gets it", `twilio://AC${hex}:t@+15551234567`, /gets it is missing/],
    ["two who get it", `twilio://AC${hex}:t@+15551234567/+15557654321/+15557654322`, /one number/],
  ])("a URL with %s is refused when it is read", (_, url, says) => {
    expect(() => twilio.spec.urls?.parse(new URL(url))).toThrow(says);
  });
});
