import { expect, it } from "vitest";
import { httpFailure } from "./http-failure.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const answer = (status: number, body = "", headers: Record<string, string> = {}) => ({
  status,
  body,
  headers: new Headers(headers),
});

it.each([
  [400, "failed", false],
  [401, "unauthorized", false],
  [403, "refused", false],
  [404, "not_found", false],
  [410, "not_found", false],
  [413, "too_large", false],
  [408, "unavailable", true],
  [425, "unavailable", true],
  [429, "unavailable", true],
  [500, "unavailable", true],
  [503, "unavailable", true],
])("HTTP %i becomes %s", (status, code, isRetryable) => {
  expect(httpFailure("posting", answer(status), now)).toMatchObject({ code, isRetryable });
});

it.each([
  ["7", 7000],
  ["0", 0],
  ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
  ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ["soon", undefined],
])("Retry-After %s is %s ms", (value, ms) => {
  const failure = httpFailure("posting", answer(429, "", { "retry-after": value }), now);
  expect(failure.details["retryAfterMs"]).toBe(ms);
});

it("what the body says of the wait comes before the header", () => {
  const failure = httpFailure("posting", { ...answer(429, "", { "retry-after": "7" }), saidMs: 500 }, now);
  expect(failure.details["retryAfterMs"]).toBe(500);
});

it("shows the far side's words, harmless and short", () => {
  const failure = httpFailure(
    "posting to chat",
    answer(400, `bad\u001b[31m token\n${"x".repeat(5000)}`),
    now,
  );
  expect(failure.message).toMatch(/^posting to chat: HTTP 400, bad token/);
  expect(failure.message.length).toBeLessThan(400);
  expect(failure.details["isGone"]).toBeUndefined();
  expect(httpFailure("posting", answer(410), now).details["isGone"]).toBe(true);
});
