import { describe, expect, test } from "vitest";
import { bareNotice, FleetError, type AdapterContext } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { contextOf, eventOf, sendOnce } from "../../http/sending.test.support.ts";
import { email } from "../adapter.ts";
import {
  accountless,
  configOf,
  withServer,
  type MailServer,
  type Stage,
} from "../far/mail-server.test.support.ts";

describe("the mail server", () => {
  const send = (far: MailServer, change: object = {}) => sendOnce(email, { ...configOf(far), ...change });

  test.each([
    ["451 4.3.0 try again later", "data", "unavailable", true],
    ["450 4.2.1 mailbox busy", "rcpt", "unavailable", true],
    ["421 4.7.0 too many connections", "connect", "unavailable", true],
    ["552 5.3.4 message too big", "data", "too_large", false],
    ["552 5.2.2 mailbox full", "rcpt", "failed", false],
    ["550 5.1.1 no such user", "rcpt", "failed", false],
    ["554 5.7.1 looks like spam", "data", "failed", false],
  ] as const)("says %s at %s", async (answer, at, code, isRetryable) => {
    await withServer(async (far) => {
      far.next.push({ at, answer });
      await expect(send(far)).rejects.toMatchObject({
        ...{ code, isRetryable, message: expect.stringContaining(answer.slice(4)) },
        details: { status: Number(answer.slice(0, 3)), answer: expect.stringContaining(answer.slice(4)) },
      });
      expect(far.taken).toEqual([]);
    });
  });

  test("knows the account by its password alone", async () => {
    await withServer(async (far) => {
      await expect(send(far, { password: "wrong" })).rejects.toMatchObject({
        ...{ code: "unauthorized", isRetryable: false, details: { status: 535 } },
        message: expect.stringMatching(/^sending mail: Invalid login: 535 .*authentication failed/),
      });
      await expect(send(far)).resolves.toEqual({ providerId: "4F2A1" });
      expect(far.logins.map(({ username }) => username)).toEqual(["fleet", "fleet"]);
    });
  });

  test("says how much it takes, and is sent no more than that", async () => {
    await withServer(
      async (far) => {
        const attachments = [{ name: "a.log", mediaType: "text/plain", bytes: new Uint8Array(100_000) }];
        const sending = sendOnce(email, configOf(far), { notice: { attachments } });
        await expect(sending).rejects.toMatchObject({ code: "too_large", isRetryable: false });
        expect(far.taken).toEqual([]);
      },
      { size: 50_000 },
    );
  });

  test("refuses one of two: the other has it, and it is not sent again", async () => {
    await withServer(async (far) => {
      far.next.push({ at: "rcpt", answer: "550 5.1.1 no such user" });
      const said: object[] = [];
      const log: AdapterContext["log"] = { ...contextOf().log, warn: (fields) => void said.push(fields) };
      const config = { ...configOf(far), to: ["gone@example.com", "me@example.com"] };
      await sendOnce(email, config, { context: { log } });
      expect(far.taken.map(({ to }) => to)).toEqual([["me@example.com"]]);
      expect(said).toEqual([{ rejected: ["gone@example.com"], words: ["550 5.1.1 no such user"] }]);
    });
  });

  test.each<Stage>(["connect", "mail", "data"])(
    "hangs at %s: the signal ends it, and the connection",
    async (at) => {
      await withServer(async (far) => {
        far.stall(at);
        const { sink } = email.open(email.spec.config.parse(configOf(far)), contextOf());
        await sink!.connect(AbortSignal.timeout(5000));
        const limit = AbortSignal.timeout(300);
        const sending = sink!.send(eventOf(1), limit, bareNotice(eventOf(1)));
        await expect(sending).rejects.toThrow(/aborted due to timeout/);
        await expect.poll(() => far.connections.open).toBe(0);
        await sink!.close();
      });
    },
  );

  test("is called once for many mails, left with QUIT, and called anew after it hung up", async () => {
    await withServer(async (far) => {
      const { sink } = email.open(email.spec.config.parse(configOf(far)), contextOf());
      const send = (n: number) => sink!.send(eventOf(n), AbortSignal.timeout(5000), bareNotice(eventOf(n)));
      await sink!.connect(AbortSignal.timeout(5000));
      expect(far.connections.made).toBe(0);
      for (const n of [1, 2, 3]) await send(n);
      expect(far.connections).toEqual({ made: 1, open: 1 });
      far.next.push({ at: "mail", answer: "421 4.4.2 idle for too long" });
      await expect(send(4)).rejects.toMatchObject({ isRetryable: true });
      await send(4);
      expect(far.connections.made).toBe(2);
      await sink!.close();
      await expect.poll(() => far.connections.open).toBe(0);
      expect(far.taken).toHaveLength(4);
    });
  });

  test("is left after half a minute without a mail", async () => {
    await withServer(async (far) => {
      const clock = fakeClock();
      const { sink } = email.open(email.spec.config.parse(configOf(far)), contextOf({ clock }));
      await sink!.connect(AbortSignal.timeout(5000));
      await sink!.send(eventOf(1), AbortSignal.timeout(5000), bareNotice(eventOf(1)));
      await clock.advance(29_000);
      expect(far.connections.open).toBe(1);
      await clock.advance(1000);
      await expect.poll(() => far.connections.open).toBe(0);
      await sink!.close();
    });
  });
});

describe("TLS", () => {
  const code = (sending: Promise<unknown>) =>
    sending.then(
      () => "sent",
      (error: unknown) => (error instanceof FleetError ? [error.code, error.message] : error),
    );

  test("of a certificate that nobody vouches for is not believed, for a later try", async () => {
    await withServer(async (far) => {
      const { ca: _, ...config } = configOf(far);
      expect(await code(sendOnce(email, config))).toEqual([
        "unavailable",
        expect.stringMatching(/certificate/),
      ]);
      expect(far.logins).toEqual([]);
    });
  });

  test("comes by STARTTLS before the password, or nothing is said at all", async () => {
    await withServer(
      async (far) => {
        await sendOnce(email, { ...configOf(far), tls: "starttls" });
        expect(far.taken).toHaveLength(1);
      },
      { secure: false },
    );
    await withServer(
      async (far) => {
        const sending = code(sendOnce(email, { ...configOf(far), tls: "starttls" }));
        expect(await sending).toEqual(["unavailable", expect.stringMatching(/STARTTLS/)]);
        expect([far.logins, far.taken]).toEqual([[], []]);
      },
      { secure: false, hideSTARTTLS: true, allowInsecureAuth: true, disabledCommands: ["STARTTLS"] },
    );
  });

  test("is left out only for this machine, or for a host that the config names", async () => {
    await withServer(
      async (far) => {
        await sendOnce(email, { ...configOf(far), tls: "none" });
        expect(far.taken).toHaveLength(1);
      },
      { secure: false, hideSTARTTLS: true, allowInsecureAuth: true },
    );
    const plain = { ...accountless, host: "mail.home", tls: "none" };
    expect(email.spec.config.safeParse(plain).error?.issues[0]?.message).toMatch(/allowPlain/);
    expect(email.spec.config.safeParse({ ...plain, allowPlain: ["mail.home"] }).success).toBe(true);
    expect(email.spec.config.safeParse({ ...plain, host: "127.evil.example" }).success).toBe(false);
  });
});
