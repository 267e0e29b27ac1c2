import fc from "fast-check";
import { expect, test } from "vitest";
import { FleetError } from "../errors/fleet-error.ts";
import { formatDuration, parseDailySpan, parseDuration, parseRate, zoneSchema } from "./values.ts";

test.each([
  ["500ms", 500],
  ["90s", 90_000],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["7d", 604_800_000],
  ["2w", 1_209_600_000],
  [" 1s ", 1000],
])("the duration %s is %i milliseconds", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "5", "m", "5 m", "-5m", "5m!", "0s", "1h 30m", "5M", "1e3s", "5mm"])(
  "%j is no duration",
  (text) => {
    expect(() => parseDuration(text)).toThrow(FleetError);
  },
);

test("a duration that is printed is read again as itself", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
  expect(formatDuration(5_400_000)).toBe("1h30m");
});

test.each([
  ["20/h", 20, 3_600_000],
  ["5/10m", 5, 600_000],
  ["1/s", 1, 1000],
])("the rate %s is %i per %i milliseconds", (text, count, perMs) => {
  expect(parseRate(text)).toEqual({ count, perMs });
});

test.each(["", "20", "20/", "/h", "0/h", "20/x", "20 per h", "-1/h", "1.5/h", "20/0h"])(
  "%j is no rate",
  (text) => {
    expect(() => parseRate(text)).toThrow(FleetError);
  },
);

test.each([
  ["22:00-07:00", { from: 1320, to: 420 }],
  ["9:30-17:05", { from: 570, to: 1025 }],
])("the hours %s are %j", (text, span) => {
  expect(parseDailySpan(text)).toEqual(span);
});

test.each(["", "22-7", "24:00-07:00", "22:00", "22:60-07:00", "07:00-07:00"])("%j are no hours", (text) => {
  expect(() => parseDailySpan(text)).toThrow(FleetError);
});

test("a time zone is one that exists", () => {
  expect(zoneSchema.safeParse("Europe/Berlin").success).toBe(true);
  expect(zoneSchema.safeParse("Europe/Atlantis").success).toBe(false);
});
