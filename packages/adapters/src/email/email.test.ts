import { describe, expect, test } from "vitest";
import { adapterConformance, fakeClock, type FarSide } from "@fleetbus/core/testing";
import { eventOf, sendOnce } from "../http/sending.test.support.ts";
import { fiveNotices } from "../text/five-notices.test.support.ts";
import { email } from "./adapter.ts";
import { accountless, configOf, startMailServer, withServer } from "./far/mail-server.test.support.ts";

async function farSide(): Promise<FarSide> {
  const far = await startMailServer();
  return {
    config: configOf(far),
    event: eventOf,
    arrivals: async () =>
      far.taken.map(({ raw, messageId }) => ({
        eventId: /^<fleet\.(.+)@example\.com>$/.exec(messageId)?.[1] ?? "",
        bytes: Buffer.byteLength(raw),
      })),
    stall: async () => far.stall(),
    leave: () => far.leave(),
    close: () => far.leave(),
  };
}

adapterConformance({
  adapter: email,
  validConfig: accountless,
  harness: { can: ["stall", "leave"], start: farSide },
  runner: { describe, test },
});

describe("[row 131] a mail", () => {
  test.each(fiveNotices(email.spec.text!.escape))("as it goes over the wire: $name", async (shown) => {
    await withServer(async (far) => {
      const clock = fakeClock(Date.parse("2026-01-02T15:04:05Z"));
      await sendOnce(email, configOf(far), { event: shown.event, notice: shown.notice, context: { clock } });
      await expect(goldenOf(far.taken[0]?.raw)).toMatchFileSnapshot(`golden/${shown.name}.eml`);
    });
  });

  test("is read by others: text, an HTML form without foreign markup, no automatic answers", async () => {
    await withServer(async (far) => {
      const [failed] = fiveNotices((value) => value);
      await sendOnce(email, configOf(far), { event: failed!.event, notice: failed!.notice });
      const parsed = await far.taken[0]!.parse();
      expect(far.taken[0]?.to).toEqual(["me@example.com"]);
      expect(parsed.subject).toBe(failed?.notice.title);
      expect(parsed.text.trim()).toBe(failed?.notice.text);
      expect(parsed.html).toContain("&#60;b&#62;&#38;*_[x](y) @everyone &#60;!channel&#62;");
      expect(parsed.html).not.toMatch(/<b>|<!channel/);
      expect(parsed.headers["auto-submitted"]).toBe("auto-generated");
    });
  });

  test("of one session and topic joins one thread, and bears the same Message-ID on every try", async () => {
    await withServer(async (far) => {
      const send = (n: number, key: string) =>
        sendOnce(email, configOf(far), { event: eventOf(n), notice: { key } });
      await send(1, "lab/web permission");
      await send(1, "lab/web permission");
      await send(2, "lab/web permission");
      await send(3, "lab/api permission");
      const mails = await Promise.all(far.taken.map((mail) => mail.parse()));
      expect(mails[0]?.messageId).toBe("<fleet.event1@example.com>");
      expect(mails[1]?.messageId).toBe(mails[0]?.messageId);
      expect(mails.map(({ references, inReplyTo }) => references === inReplyTo)).toEqual(
        mails.map(() => true),
      );
      expect(new Set(mails.slice(0, 3).map(({ references }) => references)).size).toBe(1);
      expect(mails[3]?.references).not.toBe(mails[0]?.references);
    });
  });

  test.each([
    ["low", "5", "low"],
    ["normal", "3", "normal"],
    ["high", "2", "high"],
    ["urgent", "1", "high"],
  ] as const)("of priority %s has X-Priority %s", async (priority, xPriority, importance) => {
    await withServer(async (far) => {
      await sendOnce(email, configOf(far), { notice: { priority } });
      expect(far.taken[0]?.raw.split("\r\n")).toEqual(
        expect.arrayContaining([`X-Priority: ${xPriority}`, `Importance: ${importance}`]),
      );
    });
  });

  test("carries whole logs as files, byte for byte", async () => {
    await withServer(async (far) => {
      const bytes = Buffer.from(`${"a line of the log, Grüße\n".repeat(20_000)}.\r\n..\r\nend`);
      const attachments = [{ name: "web run.log", mediaType: "text/plain; charset=utf-8", bytes }];
      await sendOnce(email, configOf(far), { notice: { attachments } });
      const [file] = (await far.taken[0]!.parse()).files;
      expect(file).toMatchObject({ filename: "web run.log", contentType: "text/plain" });
      expect(Buffer.from(file?.base64 ?? "", "base64").equals(bytes)).toBe(true);
    });
  });

  test("gets no header of anybody's, whatever a title, an id, a key or a file's name holds", async () => {
    await withServer(async (far) => {
      const evil = "x\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>";
      const attachments = [
        { name: `${evil}.log`, mediaType: `text/plain\r\nX-Evil: 1`, bytes: Buffer.from("log") },
      ];
      const notice = {
        id: evil,
        key: evil,
        title: evil,
        text: `.\r\n${evil}`,
        link: `javascript:${evil}`,
        attachments,
      };
      await sendOnce(email, configOf(far), { notice });
      const { raw, to, parse } = far.taken[0]!;
      const parsed = await parse();
      expect(to).toEqual(["me@example.com"]);
      expect(parsed.subject).toBe("x Bcc: eve@example.com <script>alert(1)</script>");
      expect(Object.keys(parsed.headers)).not.toContain("bcc");
      expect(raw.slice(0, raw.indexOf("\r\n\r\n"))).not.toMatch(/^(Bcc|X-Evil):/im);
      expect(raw).not.toContain("X-Evil");
      expect(parsed.messageId).toMatch(/^<fleet\.[0-9a-f]{32}@example\.com>$/);
      expect(parsed.html).not.toMatch(/<script|href="javascript/);
      expect(parsed.files).toHaveLength(1);
    });
  });
});

/** The mail without what is random in it: the boundaries between its parts. */
function goldenOf(raw = ""): string {
  return raw.replaceAll("\r\n", "\n").replace(/--_NmP-[0-9a-f]+-Part_/g, "--_NmP-random-Part_");
}
