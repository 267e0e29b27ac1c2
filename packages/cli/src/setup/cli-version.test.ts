import { expect, test } from "vitest";
import { isBefore } from "./cli-version.ts";

test.each([
  ["2.1.151", "2.1.152", true],
  ["2.1.152", "2.1.152", false],
  ["2.1.1000", "2.1.152", false],
  ["1.9.999", "2.1.152", true],
  ["3.0.0", "2.1.152", false],
  ["2.10.0", "2.9.0", false],
])("%s before %s: %s", (version, other, expected) => {
  expect(isBefore(version, other)).toBe(expected);
});
