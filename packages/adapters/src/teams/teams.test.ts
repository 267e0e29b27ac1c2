import { describe, expect, test } from "vitest";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { eventOf, farSideOf, goldenOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { teams } from "./adapter.ts";
import { hookPath, teamsJudge, textsOf } from "./far.test.support.ts";
import { teamsText } from "./limits.ts";

const configOf = (url: string) => ({ url: `${url}${hookPath}` });
const start = async (): Promise<FarSide> => ({
  ...(await farSideOf(teamsJudge, configOf)),
  largeEvent: (bytes) => ({ ...eventOf(9), id: `event9${"x".repeat(bytes)}` }),
});

adapterConformance({
  adapter: teams,
  validConfig: { url: "http://127.0.0.1:1/workflows/1?sig=x" },
  harness: { can: ["stall", "leave"], start },
  runner: { describe, test },
});

describe("the teams adapter", () => {
  test.each(fiveNotices(teamsText.escape))(
    "posts what a workflow takes, byte for byte: $name",
    async (shown) => {
      await withFar(teamsJudge, async (far) => {
        expect(await sendOnce(teams, configOf(far.url), shown)).toEqual({ providerId: "0858" });
        await expect(goldenOf(far.taken[0]!)).toMatchFileSnapshot(`golden/${shown.name}.txt`);
      });
    },
  );

  test("says that its receipt proves nothing: the answer comes before the card is posted", async () => {
    await withFar(teamsJudge, async (far) => {
      far.next.push({ status: 202 });
      expect(await sendOnce(teams, configOf(far.url))).toEqual({});
      expect(teams.spec.traits.proves).toBe("nothing");
    });
  });

  test.each([
    ["**a** _b_ `c` [x](y)", "\\*\\*a\\*\\* \\_b\\_ \\`c\\` \\[x\\]\\(y\\)"],
    [
      "<at>all</at> &lt; {{DATE(2026-01-02T15:04:00Z)}}",
      "\\<at\\>all\\</at\\> \\&lt; \\{\\{DATE\\(2026-01-02T15:04:00Z\\)\\}\\}",
    ],
    ["# a\n- b\n\n12. c", "\\# a\n\n\\- b\n\n12\\. c"],
  ])("foreign text is no markup, and its lines are lines: %j", (text, escaped) => {
    expect(teamsText.escape(text)).toBe(escaped);
  });

  test("its title is foreign text too", async () => {
    await withFar(teamsJudge, async (far) => {
      await sendOnce(teams, configOf(far.url), { notice: { title: "[x](y)", text: "**bold**" } });
      expect(textsOf(far.taken[0]!.body)).toEqual(["\\[x\\]\\(y\\)", "**bold**"]);
    });
  });

  test("a text that JSON doubles still fits; what a link makes too long is refused", async () => {
    await withFar(teamsJudge, async (far) => {
      const notice = {
        title: "*".repeat(200),
        text: '"\n'.repeat(teamsText.maxText / 2),
        link: "https://fleet.example/lab/web",
      };
      await sendOnce(teams, configOf(far.url), { notice });
      expect(Buffer.byteLength(far.taken[0]?.body ?? "")).toBeGreaterThan(12_000);
      const link = `https://fleet.example/${"x".repeat(8000)}`;
      await expect(sendOnce(teams, configOf(far.url), { notice: { ...notice, link } })).rejects.toMatchObject(
        {
          ...{ code: "too_large", isRetryable: false },
        },
      );
      expect(far.seen).toHaveLength(1);
    });
  });

  test.each([
    ["low", false, "default"],
    ["normal", false, "accent"],
    ["high", false, "warning"],
    ["urgent", false, "attention"],
    ["urgent", true, "good"],
  ] as const)("priority %s, resolved %s, is in %s", async (priority, isResolved, color) => {
    await withFar(teamsJudge, async (far) => {
      await sendOnce(teams, configOf(far.url), { notice: { priority, isResolved } });
      expect(far.taken[0]?.body).toContain(`"weight":"bolder","size":"medium","color":"${color}"`);
    });
  });

  const old = (status: number) =>
    `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0`;
  const failing = (code: string) => JSON.stringify({ error: { code, message: "no" } });
  test.each([
    [
      429,
      failing("WorkflowRunActionsThrottled"),
      { "retry-after": "5" },
      { code: "unavailable", details: { retryAfterMs: 5000 } },
    ],
    [503, "", {}, { code: "unavailable" }],
    [400, failing("TooManyConcurrentRequests"), {}, { code: "unavailable" }],
    [401, failing("DirectApiAuthorizationRequired"), {}, { code: "unauthorized" }],
    [400, failing("WorkflowTriggerIsNotEnabled"), {}, { code: "not_found" }],
    [400, JSON.stringify({ code: "WorkflowTriggerIsNotEnabled" }), {}, { code: "not_found" }],
    [404, failing("WorkflowNotFound"), {}, { code: "not_found" }],
    [400, failing("TriggerInputSchemaMismatch"), {}, { code: "failed" }],
    [413, failing("RequestEntityTooLarge"), {}, { code: "too_large" }],
    [200, old(429), {}, { code: "unavailable" }],
    [200, old(413), {}, { code: "too_large" }],
    [200, failing("ActionFailed"), {}, { code: "failed" }],
  ])("HTTP %i with %s is told as what it is", async (status, body, headers, expected) => {
    await withFar(teamsJudge, async (far) => {
      far.next.push({ status, body, headers });
      const isRetryable = expected.code === "unavailable";
      await expect(sendOnce(teams, configOf(far.url))).rejects.toMatchObject({ ...expected, isRetryable });
    });
  });

  test("a wrong signature is refused, and no error shows the right one, however it is written", async () => {
    await withFar(teamsJudge, async (far) => {
      const url = `${far.url}${hookPath.replace("s3cr3t", "0ther")}`;
      await expect(sendOnce(teams, { url })).rejects.toMatchObject({ code: "unauthorized" });
      for (const echo of [hookPath, "sig s3cr3t/Sig=0f+it", "sig s3cr3t%2FSig%3D0f%2Bit"]) {
        far.next.push({ status: 404, body: `no ${echo}` });
        const failure: unknown = await sendOnce(teams, configOf(far.url)).catch((error: unknown) => error);
        expect(JSON.stringify([failure, String(failure)])).toMatch(/no (sig )?…/);
        expect(JSON.stringify([failure, String(failure)])).not.toContain("s3cr3t");
      }
    });
  });

  const called = "triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0";
  test.each([
    ["workflows://host.example:443/4711/aB-c", `https://host.example:443/workflows/4711/${called}&sig=aB-c`],
    ["workflow://host.example/4711/aB%2Fc", `https://host.example/workflows/4711/${called}&sig=aB%2Fc`],
    ["msteams://host.example/invoke?sv=1.0&sig=aB%2Fc", "https://host.example/invoke?sv=1.0&sig=aB%2Fc"],
  ])("its short form %s is %s", (short, url) => {
    expect(teams.spec.urls?.parse(new URL(short))).toEqual({ url });
  });

  test.each([
    ["workflows://host.example/4711", /1 parts behind the host/],
    ["msteams://a@b/c/d/e", /connectors of old/],
    ["msteams://team/a/b/c", /connectors of old/],
  ])("%s is no short form", (short, words) => {
    expect(() => teams.spec.urls?.parse(new URL(short))).toThrow(words);
  });
});
