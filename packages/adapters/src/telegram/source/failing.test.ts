import { describe, expect, onTestFinished, test } from "vitest";
import { FleetError } from "@fleetbus/core";
import { Api } from "grammy";
import { startFarServer, type Said } from "../../http/far-server.test.support.ts";
import { botApi, token } from "../far.test.support.ts";
import { withListening } from "../far/listening.test.support.ts";

const saying = (words: RegExp): unknown => expect.stringMatching(words);
const key = token.slice(token.indexOf(":") + 1);
const refusing = (status: number, description: string, parameters?: object): Said => ({
  status,
  body: JSON.stringify({ ok: false, error_code: status, description, parameters }),
});

/** One that several listen to, one after the other. */
async function farSide() {
  const api = botApi();
  const far = await startFarServer(api.judge);
  onTestFinished(() => far.close());
  return { api, far };
}

describe("one listener a bot: the telegram source", () => {
  test("says so when another one asks, and hears what is said once that has gone", async () => {
    const { api, far } = await farSide();
    await withListening(
      async (first) => {
        const ours = first.next();
        ours.catch(() => undefined);
        await expect.poll(() => api.isAsked()).toBe(true);
        await new Api(token, { apiRoot: far.url }).getUpdates({ timeout: 1 });
        await expect(ours).rejects.toMatchObject({ code: "unavailable", details: { status: 409 } });
        await expect(ours).rejects.toThrow(
          /somebody else listens to this bot, and one may: .*a bot of its own/,
        );
      },
      { at: { api, far } },
    );
    api.says("still there?");
    await withListening(
      async ({ next }) => expect(await next()).toMatchObject({ said: { text: "still there?" } }),
      {
        at: { api, far },
      },
    );
  });

  test("says so where a webhook is set, while it waits too, and hears again once that is removed", async () => {
    const { api, far } = await farSide();
    const real = new Api(token, { apiRoot: far.url });
    const listen = (run: Parameters<typeof withListening>[0]) => withListening(run, { at: { api, far } });
    await listen(async ({ next }) => {
      const ours = next();
      ours.catch(() => undefined);
      await expect.poll(() => api.isAsked()).toBe(true);
      await real.setWebhook("https://hooks.example/");
      await expect(ours).rejects.toThrow(/the bot has a webhook, .*deleteWebhook/);
    });
    await listen(async ({ next }) => {
      await expect(next()).rejects.toMatchObject({
        code: "unavailable",
        message: saying(/the bot has a webhook/),
      });
    });
    await real.deleteWebhook();
    api.says("again");
    await listen(async ({ next }) => expect(await next()).toMatchObject({ said: { text: "again" } }));
  });
});

describe("what goes wrong where the telegram source asks is told as what it is", () => {
  test.each([
    [401, "Unauthorized", undefined, { code: "unauthorized", message: saying(/@BotFather/) }],
    [404, "Not Found", undefined, { code: "unauthorized", message: saying(/@BotFather/) }],
    [403, "Forbidden", undefined, { code: "refused" }],
    [429, "Too Many Requests", { retry_after: 7 }, { code: "unavailable", details: { retryAfterMs: 7000 } }],
    [500, "Internal Server Error", undefined, { code: "unavailable" }],
    [502, "Bad Gateway", undefined, { code: "unavailable" }],
    [200, "what is no yes", undefined, { code: "unavailable" }],
  ] as const)("%i %s", async (status, description, parameters, expected) => {
    await withListening(async ({ far, next }) => {
      far.next.push(refusing(status, description, parameters));
      const isRetryable = expected.code === "unavailable";
      await expect(next()).rejects.toMatchObject({ ...expected, isRetryable });
    });
  });

  test("a hang, within the time that the host gives a call", async () => {
    const bounded: typeof fetch = (url, init) =>
      fetch(url, { ...init, signal: AbortSignal.any([init!.signal!, AbortSignal.timeout(200)]) });
    await withListening(
      async ({ far, next }) => {
        far.stall();
        await expect(next()).rejects.toMatchObject({ code: "unavailable" });
      },
      { context: { fetch: bounded } },
    );
  });

  test("but what is more than the host lets an answer have is heard one by one", async () => {
    const bounded: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init);
      const body = await answer.text();
      if (body.length > 9000) throw new FleetError("too_large", "reading the answer: over 9000 bytes");
      return new Response(body, answer);
    };
    await withListening(
      async ({ api, far, next }) => {
        const texts = ["a", "b", "c"].map((sign) => sign.repeat(4000));
        for (const text of texts) api.says(text);
        for (const text of texts) {
          const delivery = await next();
          expect(delivery).toMatchObject({ said: { text } });
          await delivery.ack({ line: "taken" });
        }
        void next().catch(() => undefined);
        await expect.poll(() => api.kept()).toEqual([]);
        expect(far.seen.filter(({ body }) => body.includes('"limit":1,')).length).toBeGreaterThan(0);
      },
      { context: { fetch: bounded } },
    );
  });

  test("but a hang holds nobody up who closes it, and what was settled comes again", async () => {
    await withListening(async ({ api, far, next, stop }) => {
      api.says("one");
      await (await next()).ack({ line: "taken" });
      far.stall();
      const since = performance.now();
      await stop();
      expect(performance.now() - since).toBeLessThan(4000);
      expect(api.kept()).toHaveLength(1);
    });
  });

  test("a connection that closes while it waits", async () => {
    await withListening(async ({ api, far, next }) => {
      const waiting = next();
      waiting.catch(() => undefined);
      await expect.poll(() => api.isAsked()).toBe(true);
      await far.leave();
      await expect(waiting).rejects.toMatchObject({
        code: "unavailable",
        message: /^listening to Telegram: /,
      });
    });
  });

  test.each([
    ["the wrong token", { token: `4711:${key}x` }, undefined],
    ["a proxy that echoes the path", {}, { status: 404, body: `no route for /bot${token}/getUpdates` }],
    ["one that echoes the key alone", {}, { status: 409, body: `webhook is active for ${key}` }],
    ["a page that is no answer", {}, { status: 200, body: `<html>bot${token}</html>` }],
  ])("and never with the token: %s", async (_, config, said) => {
    await withListening(
      async ({ far, next, reasons }) => {
        if (said !== undefined) far.next.push(said);
        const failure: unknown = await next().catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(FleetError);
        const { message, stack, details, cause } = failure as FleetError;
        expect([message, stack, JSON.stringify(details), String(cause), ...reasons].join("\n")).not.toContain(
          key,
        );
      },
      { config },
    );
  });
});
