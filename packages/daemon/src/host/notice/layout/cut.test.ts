import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sanitise } from "@fleetbus/core";
import { cutTo } from "./cut.ts";

const value = fc
  .array(fc.constantFrom("😀", "👩‍👩‍👧", "e\u0301", "漢", "word ", "\n", "a long line without an end"), {
    maxLength: 60,
  })
  .map((parts) => sanitise(parts.join("")));
const shape = fc.constantFrom("head", "tail", "whole");

describe("cutting a value", () => {
  test("never gives more than was asked for, half a character, or anything that a reader must not see", () => {
    fc.assert(
      fc.property(value, shape, fc.integer({ min: 0, max: 300 }), (one, how, maxUnits) => {
        const cut = cutTo(one, maxUnits, how);
        expect(cut.length).toBeLessThanOrEqual(maxUnits);
        expect(cut).not.toMatch(/\p{Surrogate}/u);
        expect(sanitise(cut)).toBe(cut);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["head", 11, "one two th…"],
    ["head", 1, ""],
    ["head", 100, "one two three\nfour"],
    ["tail", 9, "…ree\nfour"],
    ["whole", 17, ""],
    ["whole", 18, "one two three\nfour"],
  ] as const)("keeps the %s of what is longer than %i", (how, maxUnits, expected) => {
    expect(cutTo("one two three\nfour", maxUnits, how)).toBe(expected);
  });

  test("says how many bytes of a log are gone, and begins with a whole line", () => {
    const log = Array.from({ length: 50 }, (_, n) => `Zeile ${n} für alle`).join("\n");
    const cut = cutTo(log, 150, "tail");
    const kept = log.slice(log.indexOf(cut.slice(cut.indexOf("\n") + 1)));
    expect(kept).toMatch(/^Zeile 4\d für alle\n/);
    expect(cut).toBe(`… ${Buffer.byteLength(log) - Buffer.byteLength(kept)} bytes left out\n${kept}`);
  });
});
