import { expect, test } from "vitest";
import { resetTimeIn } from "./reset-time.ts";

const now = "2026-07-15T10:20:00.000Z";

test.each([
  ["You've hit your session limit · resets 3pm (Europe/Berlin)", "2026-07-15T13:00:00.000Z"],
  ["You've hit your session limit · resets 12:05pm (UTC)", "2026-07-15T12:05:00.000Z"],
  ["You've hit your session limit · resets 12am (UTC)", "2026-07-16T00:00:00.000Z"],
  ["Usage limit reached · resets at 9am (Asia/Kolkata)", "2026-07-16T03:30:00.000Z"],
  ["You've hit your weekly limit · resets Aug 8, 3pm (UTC)", "2026-08-08T15:00:00.000Z"],
  ["You've hit your weekly limit · resets Dec 1, 11:30pm (America/New_York)", "2026-12-02T04:30:00.000Z"],
  ["You've hit your weekly limit · resets Jan 2, 2027, 1am (Pacific/Auckland)", "2027-01-01T12:00:00.000Z"],
  ["You've hit your weekly limit · resets Jan 2, 1am (UTC)", "2027-01-02T01:00:00.000Z"],
  [
    "spend limit reached · resets Aug 8 (UTC) · request an increase at https://go",
    "2026-08-08T00:00:00.000Z",
  ],
  ["You’ve hit your usage limit, or try again at Jul 21st, 2026 5:30 PM (UTC).", "2026-07-21T17:30:00.000Z"],
  ["You've hit your limit. It resets 3pm (UTC).", "2026-07-15T15:00:00.000Z"],
])("%j ends at %s", (text, until) => {
  expect(resetTimeIn(text, Date.parse(now))).toEqual({ until, isSaid: true });
});

test("a time that the clocks skip is the moment of the jump, one that comes twice the first of them", () => {
  const spring = Date.parse("2026-03-28T20:00:00Z");
  const autumn = Date.parse("2026-10-24T20:00:00Z");
  const text = "resets 2:30am (Europe/Berlin)";
  expect(resetTimeIn(text, spring).until).toBe("2026-03-29T01:00:00.000Z");
  expect(resetTimeIn(text, autumn).until).toBe("2026-10-25T00:30:00.000Z");
});

test("in a zone that nobody knows it is that of the machine", () => {
  const here = resetTimeIn("resets 3pm", Date.parse(now));
  expect(resetTimeIn("resets 3pm (Mars/Olympus)", Date.parse(now))).toEqual(here);
  expect(here.isSaid).toBe(true);
});

test.each([
  "",
  "You're out of usage credits. Run /usage-credits to keep using Claude.",
  "resets soon",
  "resets 25pm (UTC)",
  "resets Foo 8, 3pm (UTC)",
  "resets Aug 8, 2025, 3pm (UTC)",
  `resets ${"9".repeat(10_000)}`,
])("%.40j says no time: tried again after an hour", (text) => {
  expect(resetTimeIn(text, Date.parse(now))).toEqual({ until: "2026-07-15T11:20:00.000Z", isSaid: false });
});
