import { describe, expect, test } from "vitest";
import { systemClock } from "@fleetbus/core";
import { adapterConformance } from "@fleetbus/core/testing";
import { farSideOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { pushover } from "./adapter.ts";
import { no, pushoverService, receiptId, requestId } from "./pushover.stub.test.support.ts";

const keys = { token: "azGDORePK8gMaC0QOYAMyEEuzJnyUi", user: "uQiRzpo4DXghDmr9QzzfQu27cmVRsG" };
const judge = pushoverService(keys);

adapterConformance({
  adapter: pushover,
  validConfig: { ...keys, server: "http://127.0.0.1:1" },
  harness: { can: ["stall", "leave"], start: () => farSideOf(judge, (url) => ({ server: url })) },
  runner: { describe, test },
});

describe("[row 137] the Pushover adapter", () => {
  test.each(fiveNotices(pushover.spec.text!.escape))("sends $name", async ({ name, event, notice }) => {
    await withFar(judge, async (far) => {
      const receipt = await sendOnce(pushover, { ...keys, server: far.url }, { event, notice });
      expect(receipt).toEqual({ providerId: notice.priority === "urgent" ? receiptId : requestId });
      await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot(`golden/${name}.txt`);
    });
  });

  test.each([
    ["low", { priority: "-1" }],
    ["normal", { priority: "0" }],
    ["high", { priority: "1" }],
    ["urgent", { priority: "2", retry: "45", expire: "900" }],
  ] as const)("%s is %o", async (priority, expected) => {
    await withFar(judge, async (far) => {
      const config = { ...keys, server: far.url, retry: 45, expire: 900, devices: ["phone", "tablet"] };
      await sendOnce(pushover, config, { notice: { priority } });
      const field = Object.fromEntries(new URLSearchParams(far.taken[0]?.body));
      expect(field).toMatchObject({ ...expected, device: "phone,tablet", timestamp: "1767225600" });
      expect("retry" in field).toBe(priority === "urgent");
      expect("html" in field).toBe(false);
    });
  });

  test("names the sound that is asked for, and leaves a link away that is too long for it", async () => {
    await withFar(judge, async (far) => {
      const notice = { sound: "gamelan", link: `https://fleet.example/${"x".repeat(512)}` };
      await sendOnce(pushover, { ...keys, server: far.url }, { notice });
      const field = Object.fromEntries(new URLSearchParams(far.taken[0]?.body));
      expect([field["sound"], "url" in field]).toEqual(["gamelan", false]);
    });
  });

  test.each([
    ["a wrong token", { token: "b".repeat(30) }, undefined, "unauthorized", { status: 400 }],
    ["a wrong user", { user: "b".repeat(30) }, undefined, "unauthorized", { status: 400 }],
    ["another complaint", {}, no(400, { sound: "sound is invalid" }), "failed", { status: 400 }],
    ["a server that fails", {}, { status: 500, body: "" }, "unavailable", { status: 500 }],
    ["a no with HTTP 200", {}, no(200, { message: "message cannot be blank" }), "failed", { status: 200 }],
    ["a proxy's page", {}, { status: 200, body: "<html>" }, "failed", {}],
    ["haste", {}, { status: 429, headers: { "retry-after": "5" } }, "unavailable", { retryAfterMs: 5000 }],
  ] as const)("%s is told as what it is", async (_, change, said, code, details) => {
    await withFar(judge, async (far) => {
      if (said !== undefined) far.next.push(said);
      const failing = sendOnce(pushover, { ...keys, server: far.url, ...change });
      await expect(failing).rejects.toMatchObject({ code, details });
      await expect(failing).rejects.toThrow(/^sending to Pushover: /);
    });
  });

  test("a month that is used up is waited for until the next begins", async () => {
    await withFar(judge, async (far) => {
      const headers = { "x-limit-app-remaining": "0", "x-limit-app-reset": "1769904000" };
      far.next.push({ ...no(429, { app: "application is over its quota" }), headers });
      const clock = { ...systemClock, now: () => Date.parse("2026-01-31T00:00:00Z") };
      const failing = sendOnce(pushover, { ...keys, server: far.url }, { context: { clock } });
      const day = 24 * 3_600_000;
      await expect(failing).rejects.toMatchObject({ isRetryable: true, details: { retryAfterMs: day } });
    });
  });

  test("its short form is a URL", () => {
    const parse = (url: string) => pushover.spec.urls?.parse(new URL(url));
    const read = parse(`pover://${keys.user}@${keys.token}/phone/tablet?retry=30`);
    expect(read).toEqual({ ...keys, devices: ["phone", "tablet"], retry: 30 });
    expect(pushover.spec.config.safeParse(read).success).toBe(true);
    expect(() => parse(`pover://${keys.token}`)).toThrow(/key or the application's token is missing/);
  });

  test.each([
    ["an emergency that sounds too often", { retry: 29 }],
    ["an emergency that sounds too long", { expire: 10_801 }],
    ["a key of another service", { user: "tk_1" }],
    ["a device's name with a comma", { devices: ["a,b"] }],
  ])("%s is refused when it is read", (_, change) => {
    expect(pushover.spec.config.safeParse({ ...keys, ...change }).success).toBe(false);
  });
});
