import { expect, test } from "vitest";
import { foldPasteMode, plainPaste } from "./paste-mode.ts";

const after = (...chunks: readonly string[]) =>
  chunks.reduce((mode, chunk) => foldPasteMode(mode, Buffer.from(chunk)), plainPaste).isBracketed;

test.each([
  ["nothing", [], false],
  ["switched on", ["hello \u001b[?2004h> "], true],
  ["switched on among others", ["\u001b[?1049;2004;1006h"], true],
  ["switched on and off", ["\u001b[?2004h", "> ", "\u001b[?2004l"], false],
  ["off and on in one piece", ["\u001b[?2004l\u001b[?2004h\u001b[?25h"], true],
  ["another mode", ["\u001b[?12004h\u001b[?25h 2004"], false],
  ["a text that only looks like it", ["[?2004h"], false],
])("%s", (_, chunks, expected) => {
  expect(after(...chunks)).toBe(expected);
});

test("is seen wherever the sequence is cut", () => {
  const whole = "abc\u001b[?2004hdef";
  for (let at = 1; at < whole.length; at += 1)
    expect([at, after(whole.slice(0, at), whole.slice(at))]).toEqual([at, true]);
  expect(after("\u001b[?2004h", "\u001b[?20", "04l")).toBe(false);
});
