import { bytesOf } from "@fleetbus/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tailText } from "./text.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the end of an output as text", () => {
  test.each([
    ["plain", "one\ntwo\n", "one\ntwo\n"],
    ["line ends of a terminal", "one\r\ntwo\r\r\n", "one\ntwo\n"],
    ["a progress bar", "10 %\r50 %\r100 %\ndone", "100 %\ndone"],
    ["a bar that stands at its end", "a\n10 %\r50 %\r", "a\n50 %\n"],
    ["colours and a window title", "\u001b]0;evil\u0007\u001b[31mred\u001b[0m", "red"],
    ["what is no text", "a\u0000\u0007b", "ab"],
  ])("%s", (_, output, text) => {
    expect(tailText(bytes(output), 1000)).toBe(text);
  });

  test("begins with no half character", () => {
    expect(tailText(bytes("€uro").subarray(1), 1000)).toBe("uro");
    expect(tailText(bytes("a€€"), 4)).toBe("€");
  });

  test("is never longer than asked, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 200 }), (output, max) => {
        expect(bytesOf(tailText(output, max))).toBeLessThanOrEqual(max);
      }),
    );
  });
});
