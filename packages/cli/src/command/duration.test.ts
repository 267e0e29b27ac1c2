import { describe, expect, test } from "vitest";
import { formatDuration, readDuration } from "./duration.ts";

describe("a length of time", () => {
  test.each([
    ["250ms", 250],
    ["10s", 10_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
  ])("%s is read as %i ms", (text, ms) => {
    expect(readDuration(text, "--ttl")).toBe(ms);
  });

  test.each(["", "10", "0s", "-5m", "5 m", "1x", "m5", "5m!", "9".repeat(30) + "d"])(
    "%j is refused by the flag's name",
    (text) => {
      expect(() => readDuration(text, "--ttl <duration>")).toThrow(
        /reading --ttl <duration>: .* is not a duration/,
      );
    },
  );

  test.each([
    [4.4, "4 ms"],
    [12_340, "12.3 s"],
    [600_000, "10 m"],
    [7_200_000, "2 h"],
    [432_000_000, "5 d"],
  ])("%d ms is told as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
