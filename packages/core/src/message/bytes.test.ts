import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, cutBytes } from "./bytes.ts";

test.each([
  ["abc", 2, "ab"],
  ["abc", 3, "abc"],
  ["ä", 1, ""],
  ["aä", 2, "a"],
  ["👩x", 4, "👩"],
  ["👩x", 3, ""],
  ["abc", -1, ""],
])("%s cut to %i bytes is %s", (text, maxBytes, cut) => {
  expect(cutBytes(text, maxBytes)).toBe(cut);
});

test("a cut is a start of the text, fits, and leaves out no character that would fit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(40), (text, maxBytes) => {
      const cut = cutBytes(text, maxBytes);
      expect(text.startsWith(cut)).toBe(true);
      expect(bytesOf(cut)).toBeLessThanOrEqual(maxBytes);
      const next = String.fromCodePoint(text.codePointAt(cut.length) ?? 0);
      expect(cut === text || bytesOf(cut + next) > maxBytes).toBe(true);
    }),
  );
});
