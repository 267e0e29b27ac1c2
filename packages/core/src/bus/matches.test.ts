import { expect, test } from "vitest";
import { matchesAny, matchesSubject } from "./matches.ts";

test.each([
  ["a.b", "a.b", true],
  ["a.b", "a.c", false],
  ["a.b", "a.b.c", false],
  ["a.b.c", "a.b", false],
  ["a.*", "a.b", true],
  ["a.*", "a", false],
  ["a.*", "a.b.c", false],
  ["*.*.c", "a.b.c", true],
  ["a.>", "a.b", true],
  ["a.>", "a.b.c", true],
  ["a.>", "a", false],
  [">", "a", true],
  ["a.*.>", "a.b", false],
])("filter %s on subject %s: %s", (filter, subject, isIn) => {
  expect(matchesSubject(filter, subject)).toBe(isIn);
});

test("a subject lies in a list of filters when it lies in one, and always in none", () => {
  expect(matchesAny(["a.b", "c.>"], "c.d.e")).toBe(true);
  expect(matchesAny(["a.b", "c.>"], "d")).toBe(false);
  expect(matchesAny([], "d")).toBe(true);
});
