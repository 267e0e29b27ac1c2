import { describe, expect, it, test } from "vitest";
import { FleetError } from "../../errors/fleet-error.ts";
import { fakeClock } from "../../testing/fake-clock.ts";
import {
  afterAnswer,
  afterFailure,
  afterNothing,
  askBreaker,
  closedBreaker,
  failuresToOpen,
  type Breaker,
} from "./breaker.ts";
import { rateFreeAt, rateTaken, type Recent } from "./rate.ts";
import { givenUpAfterMs, nextTry } from "./retry.ts";

const nowMs = Date.UTC(2026, 0, 1);
const away = new FleetError("unavailable", "sending: HTTP 500");
const busy = (retryAfterMs: unknown) =>
  new FleetError("unavailable", "sending: HTTP 429", { details: { retryAfterMs } });

describe("the next try", () => {
  const at = (count: number, random: number, error = away) => {
    const next = nextTry(error, { count, sinceMs: nowMs }, { nowMs, random: () => random });
    return typeof next === "string" ? next : next.atMs - nowMs;
  };

  test.each([
    [1, 1000],
    [2, 5000],
    [3, 15_000],
    [4, 60_000],
    [5, 300_000],
    [6, 900_000],
    [60, 900_000],
  ])("after %i failures is in %i ms, a fifth more or less", (count, ms) => {
    expect([at(count, 0), at(count, 0.5), at(count, 1)]).toEqual([ms * 0.8, ms, ms * 1.2]);
  });

  it("is not before the far side wants it", () => {
    expect([at(1, 0, busy(90_000)), at(1, 1, busy(90_000))]).toEqual([90_000, 91_000]);
    expect(at(6, 0.5, busy(1000))).toBe(900_000);
    expect([at(1, 0.5, busy("soon")), at(1, 0.5, busy(-1)), at(1, 0.5, busy(Infinity))]).toEqual([
      1000, 1000, 1000,
    ]);
  });

  it("is not made after 24 hours, and by time, not by count", () => {
    const since = (ago: number) =>
      nextTry(away, { count: 500, sinceMs: nowMs - ago }, { nowMs, random: () => 0.5 });
    expect(since(givenUpAfterMs - 1)).toEqual({ atMs: nowMs + 900_000 });
    expect(since(givenUpAfterMs)).toBe("late");
  });

  test.each(["failed", "unauthorized", "refused", "not_found", "too_large", "config", "internal"] as const)(
    "is never made after %s",
    (code) => {
      expect(at(1, 0.5, new FleetError(code, "sending"))).toBe("never");
    },
  );
});

describe("a breaker", () => {
  const failing = (times: number, at: number) =>
    Array.from({ length: times }).reduce<Breaker>((breaker) => afterFailure(breaker, at), closedBreaker);

  it("opens after failures in a row, and not before", () => {
    expect(failing(failuresToOpen - 1, 0)).toEqual({ state: "closed", failures: failuresToOpen - 1 });
    expect(failing(failuresToOpen, 1000)).toEqual({ state: "open", untilMs: 11_000, openings: 1 });
    expect(afterAnswer(failing(failuresToOpen - 1, 0))).toBe(closedBreaker);
  });

  it("lets one probe through at its time, and nothing beside it", async () => {
    const clock = fakeClock(0);
    const open = failing(failuresToOpen, clock.now());
    expect(askBreaker(open, clock.now())).toEqual({ may: false, untilMs: 10_000 });
    await clock.advance(10_000);
    const probing = askBreaker(open, clock.now());
    expect(probing).toEqual({ may: true, breaker: { state: "half-open", openings: 1 } });
    expect(askBreaker({ state: "half-open", openings: 1 }, clock.now())).toEqual({
      may: false,
      untilMs: undefined,
    });
  });

  it("closes by a good probe, opens longer by a bad one, and goes on after one without a result", () => {
    const half: Breaker = { state: "half-open", openings: 1 };
    expect(afterAnswer(half)).toBe(closedBreaker);
    expect(afterFailure(half, 0)).toEqual({ state: "open", untilMs: 30_000, openings: 2 });
    expect(afterFailure({ state: "half-open", openings: 99 }, 0)).toMatchObject({ untilMs: 300_000 });
    expect(afterNothing(half, 5)).toEqual({ state: "open", untilMs: 5, openings: 1 });
    const open: Breaker = { state: "open", untilMs: 9, openings: 1 };
    expect(afterFailure(open, 5)).toBe(open);
  });
});

test("a rate never lets more through than it says within any period", () => {
  const rate = { count: 3, perMs: 60_000 };
  let recent: Recent = [];
  const sent: number[] = [];
  for (let now = 0; sent.length < 8; now = rateFreeAt(rate, recent, now)) {
    recent = rateTaken(rate, recent, now);
    sent.push(now);
  }
  expect(sent).toEqual([0, 0, 0, 60_000, 60_000, 60_000, 120_000, 120_000]);
  expect(recent).toHaveLength(3);
});
