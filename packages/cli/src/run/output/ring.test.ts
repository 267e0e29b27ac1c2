import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ringOf } from "./ring.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (kept: Uint8Array) => new TextDecoder().decode(kept);

describe("a ring", () => {
  test.each([
    [[], ""],
    [["abc"], "abc"],
    [["abcd"], "abcd"],
    [["abc", "de"], "bcde"],
    [["abcdefghij"], "ghij"],
    [["ab", "", "cdefg", "h"], "efgh"],
  ])("of 4 bytes keeps the end of %j", (chunks, kept) => {
    const ring = ringOf(4);
    for (const chunk of chunks) ring.push(bytes(chunk));
    expect(textOf(ring.bytes())).toBe(kept);
    expect(ring.total()).toBe(chunks.join("").length);
  });

  test("keeps the end of whatever is pushed", () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 50 }), (pushed, size) => {
        const ring = ringOf(size);
        for (const chunk of pushed) ring.push(chunk);
        const all = Buffer.concat(pushed);
        expect(Buffer.from(ring.bytes()).equals(all.subarray(Math.max(0, all.length - size)))).toBe(true);
      }),
    );
  });
});
