import { describe, expect, it, test } from "vitest";
import { parseDailySpan } from "../../config/values.ts";
import { dayAt } from "./daily.ts";
import { digestDueAt, maxDigest } from "./digest.ts";
import { breaksThrough, quietUntil } from "./quiet.ts";

const until = (now: string, span: string, zone: string): string | undefined => {
  const end = quietUntil(Date.parse(now), parseDailySpan(span), zone);
  return end === undefined ? undefined : new Date(end).toISOString();
};

describe("quiet hours", () => {
  test.each([
    ["before midnight", "2026-01-10T21:30:00Z", "22:00-07:00", "2026-01-11T06:00:00.000Z"],
    ["after midnight", "2026-01-11T02:00:00Z", "22:00-07:00", "2026-01-11T06:00:00.000Z"],
    ["in the first minute", "2026-01-10T21:00:00Z", "22:00-07:00", "2026-01-11T06:00:00.000Z"],
    ["in the last millisecond", "2026-01-11T05:59:59.999Z", "22:00-07:00", "2026-01-11T06:00:00.000Z"],
    ["not at their end", "2026-01-11T06:00:00Z", "22:00-07:00", undefined],
    ["not at noon", "2026-01-11T11:00:00Z", "22:00-07:00", undefined],
    ["within a day", "2026-01-11T12:00:00Z", "12:30-14:00", "2026-01-11T13:00:00.000Z"],
    ["in summer", "2026-07-10T21:30:00Z", "22:00-07:00", "2026-07-11T05:00:00.000Z"],
    [
      "in the night in which clocks go forward",
      "2026-03-28T23:00:00Z",
      "22:00-07:00",
      "2026-03-29T05:00:00.000Z",
    ],
    [
      "in the night in which clocks go back",
      "2026-10-24T22:00:00Z",
      "22:00-07:00",
      "2026-10-25T06:00:00.000Z",
    ],
    ["until the jump over their end", "2026-03-29T00:10:00Z", "22:00-02:30", "2026-03-29T01:00:00.000Z"],
    ["until the first of two ends", "2026-10-24T23:00:00Z", "22:00-02:30", "2026-10-25T00:30:00.000Z"],
    [
      "again before the second of two ends",
      "2026-10-25T01:10:00Z",
      "22:00-02:30",
      "2026-10-25T01:30:00.000Z",
    ],
    ["not in hours that the clock skips", "2026-03-29T01:00:00Z", "02:10-02:50", undefined],
  ])("hold %s", (_when, now, span, end) => {
    expect(until(now, span, "Europe/Berlin")).toBe(end);
  });

  it("follow the zone and not the machine", () => {
    const now = "2026-01-10T13:30:00Z";
    expect(until(now, "22:00-07:00", "Asia/Tokyo")).toBe("2026-01-10T22:00:00.000Z");
    expect(until(now, "22:00-07:00", "Asia/Kathmandu")).toBeUndefined();
    expect(until("2026-01-10T16:30:00Z", "22:00-07:00", "Asia/Kathmandu")).toBe("2026-01-11T01:15:00.000Z");
  });

  it("let only urgent things through", () => {
    expect((["low", "normal", "high", "urgent"] as const).filter(breaksThrough)).toEqual(["urgent"]);
  });
});

test.each([
  ["Europe/Berlin", "2026-06-01T21:59:59Z", "2026-06-01", "2026-06-01T22:00:00.000Z"],
  ["Europe/Berlin", "2026-06-01T22:00:00Z", "2026-06-02", "2026-06-02T22:00:00.000Z"],
  ["Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-29T22:00:00.000Z"],
  ["America/New_York", "2026-06-01T03:00:00Z", "2026-05-31", "2026-06-01T04:00:00.000Z"],
  // midnight does not exist: the clock goes from 23:59:59 to 01:00
  ["Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-23", "2026-04-23T22:00:00.000Z"],
])("a day in %s at %s is %s, and the next begins at %s", (zone, now, day, next) => {
  const at = dayAt(Date.parse(now), zone);
  expect({ ...at, nextMs: new Date(at.nextMs).toISOString() }).toEqual({ day, nextMs: next });
});

test("a digest goes a window after its first event, or when it is full", () => {
  expect(digestDueAt({ firstMs: 1000, count: 3 }, 300_000)).toBe(301_000);
  expect(digestDueAt({ firstMs: 1000, count: maxDigest }, 300_000)).toBe(1000);
});
