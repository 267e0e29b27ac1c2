import { describe, expect, test } from "vitest";
import { bareNotice } from "@fleetbus/core";
import { contextOf, eventOf, sendOnce, withFar } from "../http/sending.test.support.ts";
import { email } from "./adapter.ts";
import { startMailServer } from "./far/mail-server.test.support.ts";

describe("the short form of the mail adapter's keys", () => {
  const keysOf = (url: string) => email.spec.urls?.parse(new URL(url));

  test.each([
    [
      "mailtos://fleet%40example.com:p%40ss@smtp.example.com?to=me@example.com",
      {
        ...{ host: "smtp.example.com", tls: "implicit", user: "fleet@example.com", password: "p@ss" },
        ...{ from: "fleet@example.com", to: ["me@example.com"] },
      },
    ],
    [
      "mailto://fleet:secret@mail.home:2525?to=a+b@example.com,c@example.com&from=Fleet%20<f@example.com>",
      {
        ...{ host: "mail.home", port: 2525, tls: "starttls", user: "fleet", password: "secret" },
        ...{ from: "Fleet <f@example.com>", to: ["a+b@example.com", "c@example.com"] },
      },
    ],
    [
      "mailto://localhost?tls=none&to=root@lab.example",
      { host: "localhost", tls: "none", from: "fleet@localhost", to: ["root@lab.example"] },
    ],
  ])("%s", (url, keys) => {
    expect(keysOf(url)).toEqual(keys);
    expect(email.spec.config.safeParse(keys).success).toBe(true);
  });

  test("without anybody to send to is refused, and shows no password", () => {
    expect(() => keysOf("mailtos://fleet:secret@smtp.example.com")).toThrow(/^(?!.*secret).*\?to=/);
  });
});

describe("the mail adapter's keys", () => {
  const base = { host: "smtp.example.com", from: "fleet@example.com", to: ["me@example.com"] };

  test.each([
    ["a line break in an address", { from: "Fleet\r\nBcc: eve@example.com <fleet@example.com>" }],
    ["two addresses in one", { to: ["me@example.com, eve@example.com"] }],
    ["nobody", { to: [] }],
    ["a password of nobody's", { password: "secret" }],
    ["an account without a password", { user: "fleet" }],
    ["a way of TLS that is none", { tls: "ssl" }],
    ["a host with a path", { host: "smtp.example.com/x" }],
  ])("refuse %s", (_, change) => {
    expect(email.spec.config.safeParse(base).success).toBe(true);
    expect(email.spec.config.safeParse({ ...base, ...change }).success).toBe(false);
  });
});

describe("an account with OAuth2", () => {
  const oauth2 = { clientId: "id", clientSecret: "secret", refreshToken: "refresh" };

  test("logs in with a token that it gets once for many mails", async () => {
    const far = await startMailServer();
    const mail = { host: "127.0.0.1", port: far.port, ca: far.ca, user: "fleet" };
    const config = { ...mail, from: "fleet@example.com", to: ["me@example.com"] };
    try {
      await withFar(
        ({ body }) => {
          const asked = new URLSearchParams(body);
          const isRight = asked.get("refresh_token") === "refresh" && asked.get("client_secret") === "secret";
          if (!isRight) return { status: 400, body: '{"error":"invalid_grant"}' };
          return { status: 200, body: '{"access_token":"token-1","expires_in":3600}' };
        },
        async (provider) => {
          const tokenUrl = `${provider.url}/token`;
          const parsed = email.spec.config.parse({ ...config, oauth2: { ...oauth2, tokenUrl } });
          const { sink } = email.open(parsed, contextOf());
          const send = () => sink!.send(eventOf(1), AbortSignal.timeout(5000), bareNotice(eventOf(1)));
          await sink!.connect(AbortSignal.timeout(5000));
          await send();
          far.next.push({ at: "mail", answer: "421 4.4.2 idle for too long" });
          await expect(send()).rejects.toMatchObject({ isRetryable: true });
          await send();
          await sink!.close();
          const login = { method: "XOAUTH2", username: "fleet", accessToken: "token-1" };
          expect(far.logins).toMatchObject([login, login]);
          expect(far.taken).toHaveLength(2);
          expect(provider.seen).toHaveLength(1);
          const old = sendOnce(email, { ...config, oauth2: { ...oauth2, refreshToken: "old", tokenUrl } });
          await expect(old).rejects.toMatchObject({ code: "unauthorized", isRetryable: false });
          expect(provider.seen).toHaveLength(2);
        },
      );
    } finally {
      await far.leave();
    }
  });

  test("whose token the mail server refuses is unauthorized", async () => {
    const far = await startMailServer();
    const mail = { host: "127.0.0.1", port: far.port, ca: far.ca, user: "fleet" };
    try {
      await withFar(
        () => ({ status: 200, body: '{"access_token":"token-2"}' }),
        async ({ url }) => {
          const config = { ...mail, from: "fleet@example.com", to: ["me@example.com"] };
          await expect(
            sendOnce(email, { ...config, oauth2: { ...oauth2, tokenUrl: `${url}/token` } }),
          ).rejects.toMatchObject({
            code: "unauthorized",
            message: expect.stringMatching(/authentication failed/),
          });
        },
      );
    } finally {
      await far.leave();
    }
  });
});
