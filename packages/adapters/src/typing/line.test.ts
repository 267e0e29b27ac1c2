import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nonceTag } from "@fleetbus/core";
import { typedLine } from "./line.ts";

const leads = "/!#@&?";

/** Text of any kind with what a terminal would obey strewn in. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "\u001b[201~",
        "\u009b201~",
        "\u001b]0;x",
        "\u001bP",
        "\u0007",
        "\r",
        "\n",
        "\u202e",
        "\u200b",
        "\u{e0041}",
        "@",
        "/",
        "\u001b",
      ),
    ),
  )
  .map((parts) => parts.join(""));

describe("a line that is typed [case 36]", () => {
  test("holds no control character, no escape, no paste terminator and no invisible character, whatever came in", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = typedLine(text, leads);
        expect(line).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u202a-\u202e\u2066-\u2069\u200b\u{e0000}-\u{e007f}]/u,
        );
        expect(line.length).toBeLessThan(700);
        expect(line).toBe(line.trim());
        expect(leads.includes(line.charAt(0)) && line !== "").toBe(false);
        expect(line).not.toMatch(/(^|\s)@\S*$/u);
      }),
      { numRuns: 2000 },
    );
  });

  test("keeps a plain text as it is", () => {
    const plain = `[fleet] 2 messages from lab/api wait; run: fleet inbox ${nonceTag("4k2mabcd")}`;
    expect(typedLine(plain, leads)).toBe(plain);
  });

  test("keeps the nonce's tag between whatever surrounds it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 100 }),
        fc.string({ unit: "binary", maxLength: 100 }),
        (before, after) => {
          expect(typedLine(`${before} ${nonceTag("4k2mabcd")} ${after}`, leads)).toContain(
            nonceTag("4k2mabcd"),
          );
        },
      ),
    );
  });

  const cases = [
    ["an escape sequence without its end", "run\u001b[31", "run"],
    ["an OSC string with ST", "a\u001b]8;;http://x\u001b\\link", "a link"],
    ["an OSC string without its end", "a\u001b]0;title", "a"],
    ["a DCS in 8 bit", "a\u0090tmux;x\u009cb", "a b"],
    ["emoji joined from several", "ok 👩‍💻", "ok 👩‍💻"],
    ["letters with combining marks", "cafe\u0301", "café"],
    ["nothing printable", "\u001b[2J\r\n\t", ""],
    ["a mention in the middle", "ask @api now", "ask @api now"],
  ] as const;

  test.each(cases)("is clean of %s", (_, text, line) => {
    expect(typedLine(text, leads)).toBe(line);
  });

  test("is cut between characters, not inside them", () => {
    const line = typedLine("👩‍💻".repeat(300), leads);
    expect(line.length).toBeGreaterThan(600);
    expect(line.replaceAll("👩‍💻", "")).toBe("");
  });
});
