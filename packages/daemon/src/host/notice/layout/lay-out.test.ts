import { describe, expect, test } from "vitest";
import type { Notice } from "@fleetbus/core";
import { escapes, eventOf, optionsOf } from "../notice.test.support.ts";
import { noticesOf } from "../notices.ts";

const log = Array.from({ length: 400 }, (_, n) => `line ${n + 1} of the log`).join("\n");
const run = eventOf("run.finished", { command: "npm test", exitCode: 1, tail: log });
const prose = Array.from({ length: 200 }, (_, n) => `Sentence ${n + 1}.`).join(" ");
const turn = eventOf("turn.failed", { error: "overloaded", lastText: prose });
const textOf = (attachment: { bytes: Uint8Array } | undefined) => new TextDecoder().decode(attachment?.bytes);

describe("a text that is too long", () => {
  test("keeps the head of prose, and the whole of what is shorter", () => {
    const [notice, ...more] = noticesOf(turn, optionsOf({ maxText: 200 }));
    expect(more).toEqual([]);
    expect(notice?.text.length).toBeGreaterThan(190);
    expect(notice?.text).toMatch(/^overloaded\n\nSentence 1\. Sentence 2\. [^]*…\n\n2026-01-02 15:04 UTC$/);
  });

  test("keeps the end of a log, from a line's start, below the number of bytes that were left out", () => {
    const [notice] = noticesOf(run, optionsOf({ maxText: 300 }));
    const [, left, kept = ""] =
      /\n\n… (\d+) bytes left out\n(line \d+ of the log\n[^]*)$/.exec(notice?.text ?? "") ?? [];
    expect(log.endsWith(`\n${kept}`)).toBe(true);
    expect(Number(left) + kept.length).toBe(log.length);
    expect(notice?.text).toMatch(/^npm test\n2026-01-02 15:04 UTC\n\n…/);
  });

  test("is never cut in its markup, nor in an escape", () => {
    const template = { "*": { text: "<b>{{error}}</b>\n<pre>{{lastText}}</pre>" } };
    const event = eventOf("turn.failed", { error: "<".repeat(500), lastText: ">".repeat(900) });
    for (const maxText of [60, 61, 62, 63, 99, 100, 1000]) {
      const [notice] = noticesOf(event, optionsOf({ maxText, escape: escapes.html }, { template }));
      expect(notice?.text.length).toBeLessThanOrEqual(maxText);
      expect(notice?.text).toMatch(/^<b>(&lt;)*…?<\/b>\n<pre>(&gt;)*…?<\/pre>$/);
    }
  });

  test("loses a link rather than half of it", () => {
    const template = { "*": { text: "{{error}} {{link}}" } };
    const link = "https://fleet.example/lab/web";
    const event = eventOf("turn.failed", { error: "x".repeat(100) });
    const textAt = (maxText: number) => noticesOf(event, optionsOf({ maxText }, { template, link }))[0]?.text;
    expect(textAt(60)).toBe(`${"x".repeat(29)}… ${link}`);
    expect(textAt(50)).toMatch(/^x+…$/);
  });

  test("is counted in bytes where the channel does", () => {
    const event = eventOf("turn.failed", { error: "😀é漢".repeat(100) });
    const [notice] = noticesOf(event, optionsOf({ maxText: 120, unit: "bytes" }));
    const bytes = Buffer.byteLength(notice?.text ?? "");
    expect(bytes).toBeLessThanOrEqual(120);
    expect(bytes).toBeGreaterThan(108);
    expect(notice?.text).not.toMatch(/\p{Surrogate}|\ufffd/u);
  });

  test("gives way to the title where the user's own markup alone is too long", () => {
    const template = { "*": { text: `${"<hr>".repeat(50)}{{error}}` } };
    const [notice] = noticesOf(turn, optionsOf({ maxText: 100, escape: escapes.html }, { template }));
    expect(notice?.text).toBe("lab/web failed");
  });
});

describe("a title that is too long", () => {
  const event = eventOf("message.received", { from: "lab/api", subject: "s".repeat(200), body: "hello" });

  test("is cut in its longest variable", () => {
    const [notice] = noticesOf(event, optionsOf({ maxTitle: 40 }));
    expect(notice?.title).toBe(`${"s".repeat(25)}…, from lab/api`);
    expect(notice?.title).toHaveLength(40);
  });

  test("takes no more than a third of a text whose first line it is", () => {
    const [notice] = noticesOf(event, optionsOf({ maxTitle: 0, maxText: 90 }));
    expect(notice?.text).toMatch(/^s{15}…, from lab\/api\nhello/);
  });
});

describe("a channel that splits", () => {
  const split = { overflow: "split" } as const;
  const numbersOf = (notices: readonly Notice[]) => notices.map(({ part }) => part?.number);

  test("gets numbered parts that end at lines' ends and hold everything", () => {
    const notices = noticesOf(run, optionsOf({ maxText: 1000 }, split));
    expect(notices.length).toBeGreaterThan(5);
    expect(numbersOf(notices)).toEqual(notices.map((_, at) => at + 1));
    expect(notices[1]).toMatchObject({
      ...{ id: `${run.id}-2`, title: `npm test: exit 1 (2/${notices.length})` },
      ...{ part: { number: 2, of: notices.length }, key: notices[0]?.key },
    });
    expect(notices.map(({ text }) => text).join("\n")).toContain(log);
  });

  test("gets one notice of what fits", () => {
    expect(noticesOf(turn, optionsOf({ maxText: 9000 }, split))).toMatchObject([{ id: turn.id }]);
    expect(noticesOf(turn, optionsOf({ maxText: 9000 }, split))[0]).not.toHaveProperty("part");
  });

  test("gets at most ten parts, the last of a log's lines among them", () => {
    const notices = noticesOf(run, optionsOf({ maxText: 200 }, split));
    expect(notices.length).toBeLessThanOrEqual(10);
    expect(notices.length).toBeGreaterThan(6);
    expect(notices[0]?.text).toContain("bytes left out");
    expect(notices.at(-1)?.text).toMatch(/line 400 of the log$/);
  });

  test("gets the user's markup in the first part, whole, and the rest of the longest variable escaped", () => {
    const template = { "*": { text: "<b>{{error}}</b>\n<i>{{lastText}}</i>" } };
    const event = eventOf("turn.failed", { error: "a<b", lastText: "x < y\n".repeat(100) });
    const notices = noticesOf(
      event,
      optionsOf({ maxText: 300, escape: escapes.html }, { ...split, template }),
    );
    expect(notices[0]?.text).toMatch(/^<b>a&lt;b<\/b>\n<i>(x &lt; y\n?)+<\/i>$/);
    expect(notices[1]?.text).toMatch(/^(x &lt; y\n?)+$/);
    expect(
      notices
        .map(({ text }) => text)
        .join("")
        .match(/x &lt; y/g),
    ).toHaveLength(100);
  });

  test("has the number in the first line where it has no titles", () => {
    const notices = noticesOf(turn, optionsOf({ maxTitle: 0, maxText: 1000 }, split));
    expect(notices.length).toBeGreaterThan(2);
    for (const [at, { text, title }] of notices.entries()) {
      expect(text.startsWith(`lab/web failed (${at + 1}/${notices.length})\n`)).toBe(true);
      expect([title, text.length <= 1000]).toEqual(["", true]);
    }
  });
});

describe("a channel that attaches", () => {
  const attach = { overflow: "attach" } as const;

  test("gets the whole log as a file, and its end in the text", () => {
    const [notice, ...more] = noticesOf(run, optionsOf({ maxText: 300 }, attach));
    expect(more).toEqual([]);
    expect(notice?.text).toMatch(/bytes left out\n[^]*line 400 of the log$/);
    expect(notice?.attachments).toMatchObject([
      { name: "web-run.finished.log", mediaType: "text/plain; charset=utf-8" },
    ]);
    expect(textOf(notice?.attachments[0])).toBe(`${log}\n`);
  });

  test("gets every long text that was cut, each in a file, and no file of what fits", () => {
    const event = eventOf("turn.failed", { error: prose, lastText: `${prose} And more.` });
    const [notice] = noticesOf(event, optionsOf({ maxText: 300 }, attach));
    expect(notice?.attachments.map(({ name }) => name)).toEqual([
      "web-turn.failed.txt",
      "web-turn.failed-error.txt",
    ]);
    expect(textOf(notice?.attachments[0])).toBe(`${prose} And more.\n`);
    expect(noticesOf(event, optionsOf({ maxText: 9000 }, attach))[0]?.attachments).toEqual([]);
  });

  test("gets a file name without tricks, whatever the kind is called", () => {
    const event = eventOf("../../etc/pass wd\r\n", { note: prose });
    const [notice] = noticesOf(event, optionsOf({ maxText: 300 }, attach));
    expect(notice?.attachments.map(({ name }) => name)).toEqual(["web-..-..-etc-pass-wd-.txt"]);
  });
});

test("a channel that cannot do what its entry asks for does what it can", () => {
  const [notice, ...more] = noticesOf(
    run,
    optionsOf({ maxText: 300, overflow: ["truncate"] }, { overflow: "split" }),
  );
  expect([more.length, notice?.part, notice?.attachments]).toEqual([0, undefined, []]);
});
