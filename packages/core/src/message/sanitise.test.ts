import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf } from "./bytes.ts";
import { maxPaneLength, sanitise, sanitiseForPane, sanitiseLine } from "./sanitise.ts";

const family = "👩\u200d👩\u200d👧";
const flag = "🏳\ufe0f\u200d🌈";

describe("what stays", () => {
  test.each([
    "plain text, with\n\ttabs and lines",
    "Grüße, 日本語, עברית, हिन्दी",
    "`code` <div> {json: [1]} $x | y && z",
    family,
    flag,
    "👍🏽 ❤\ufe0f #\ufe0f⃣",
    "100 % · → ≤ €",
  ])("%j", (text) => {
    expect(sanitise(text)).toBe(text);
  });
});

describe("what goes", () => {
  test.each([
    ["colour", "\x1b[31mred\x1b[0m", "red"],
    ["colour in 8 bit", "\x9b31mred", "red"],
    ["an unterminated CSI", "a\x1b[31", "a"],
    ["a title with BEL", "\x1b]0;evil\x07ok", "ok"],
    ["a title with ST", "\x1b]0;evil\x1b\\ok", "ok"],
    ["a link", "\x1b]8;;http://x\x07text\x1b]8;;\x07", "text"],
    ["the clipboard", "\x1b]52;c;aGk=\x07ok", "ok"],
    ["DCS", "\x1bPq#0\x1b\\ok", "ok"],
    ["tmux passthrough", "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\ok", "ok"],
    ["APC", "\x1b_Gf=100\x1b\\ok", "ok"],
    ["8-bit OSC and ST", "\x9d0;evil\x9cok", "ok"],
    ["an unterminated OSC, to the end of its line", "a\x1b]0;evil\nb", "a\nb"],
    ["a paste terminator", "a\x1b[201~b", "ab"],
    ["a paste terminator in 8 bit", "a\x9b201~b", "ab"],
    ["charset switches", "\x1b(0lq\x0e", "lq"],
    ["a reset", "\x1bcok", "ok"],
    ["bells, backspaces, NUL, DEL", "a\x07b\x08c\0d\x7f", "abcd"],
    ["C1 controls", "a\x85b\x84c", "abc"],
    ["a lone CR", "good\rbad", "good\nbad"],
    ["CR LF", "a\r\nb", "a\nb"],
    ["line separators", "a\u2028b\u2029c", "a\nb\nc"],
    ["bidi overrides and isolates", "a\u202eb\u2066c\u200fd", "abcd"],
    ["zero width", "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg", "abcdefg"],
    ["tag characters", "a\u{e0041}\u{e007f}b", "ab"],
    ["selectors that hide bytes", "a\ufe00\ufe0f\u{e0100}b", "ab"],
    ["fillers", "a\u3164\u115fb", "ab"],
    ["private and unassigned", "a\ue000\u0378b", "ab"],
    ["half characters", "a\ud800b", "ab"],
    ["a joiner behind nothing", `${family}\u200d`, family],
    ["what only a dropped escape brings together", "👩\u200d\x1b[0m👧 a\u200d\x07b", "👩\u200d👧 ab"],
  ])("%s", (_, text, clean) => {
    expect(sanitise(text)).toBe(clean);
  });

  test("decomposed letters are composed", () => {
    expect(sanitise("e\u0301")).toBe("\u00e9");
  });
});

describe("properties", () => {
  const nasty = fc.constantFrom(
    ..."\x1b \x1b[ \x9b \x1b] \x9d \x1bP \x90 \x07 \x9c \\ 0m 201~ \r \n \r\n \u200d \ufe0f \ufe0e 👩 🏽 ❤ ☇ \u202e \u2066 \u{e0041} \u{e0100} e \u0301 \u0f71 \ud800 \udc00 a".split(
      " ",
    ),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join("")),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)))
      .map((all) => all.join("")),
  );
  const forbidden =
    /[\p{Cc}\p{Cs}\p{Co}\p{Cn}]|[\u200b\u200c\u2060\u202a-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e01ef}]/u;
  const runs = { numRuns: 2000 };

  test.each([
    ["text", sanitise],
    ["line", sanitiseLine],
    ["pane", sanitiseForPane],
  ])("a %s sanitised twice is sanitised once", (_, clean) => {
    fc.assert(
      fc.property(text, (raw) => {
        expect(clean(clean(raw))).toBe(clean(raw));
      }),
      runs,
    );
  });

  test("the result holds no control, bidi, zero-width, tag or broken character but newline and tab", () => {
    fc.assert(
      fc.property(text, (raw) => {
        expect(sanitise(raw).replace(/[\n\t]/g, "")).not.toMatch(forbidden);
        expect(
          sanitise(raw).replace(/\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?\u200d/gu, ""),
        ).not.toContain("\u200d");
        expect(sanitise(raw)).toBe(sanitise(raw).normalize("NFC"));
      }),
      runs,
    );
  });

  test("[case 36] what is pasted is one line without ESC, CR or a paste terminator, short, and no command", () => {
    fc.assert(
      fc.property(text, (raw) => {
        const line = sanitiseForPane(`${raw}\x1b[201~${raw}\r${raw}`);
        expect(line).not.toMatch(forbidden);
        expect(line).not.toMatch(/^[/!#@&?\s]/u);
        expect(line.length).toBeLessThanOrEqual(maxPaneLength);
      }),
      runs,
    );
  });

  test("a limit is kept, and is idempotent too", () => {
    fc.assert(
      fc.property(text, fc.nat(50), (raw, maxBytes) => {
        const cut = sanitise(raw, { maxBytes });
        expect(bytesOf(cut)).toBeLessThanOrEqual(maxBytes);
        expect(sanitise(cut, { maxBytes })).toBe(cut);
        expect(bytesOf(sanitiseLine(raw, { maxBytes }))).toBeLessThanOrEqual(maxBytes);
      }),
      runs,
    );
  });

  test("printable ASCII is left alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (raw) => {
        expect(sanitise(raw)).toBe(raw);
      }),
    );
  });
});

test.each(["\x9d\n", "\x1b[", "\x1b]", "👩\u200d", "\x1b \x1b(", "\u0f71\u0301", "\ufe0f", "a\u0301"])(
  "a large body of %j takes time in proportion to its length",
  (part) => {
    // Of the processor, in milliseconds: a busy machine lets it wait, and that is not counted.
    const time = (count: number) => {
      const text = part.repeat(count);
      const start = process.cpuUsage();
      sanitise(text);
      return process.cpuUsage(start).user / 1000;
    };
    const best = (count: number) => Math.min(...[1, 2, 3].map(() => time(count)));
    expect(best(100_000)).toBeLessThan(40 * Math.max(1, best(10_000)));
  },
);
