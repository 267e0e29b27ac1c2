import { describe, expect, test } from "vitest";
import { fakeClock } from "@fleetbus/core/testing";
import { deadlineAt } from "./deadline.ts";

const at = (ms: number) => new Date(ms).toISOString();

describe("a deadline", () => {
  test("aborts at its moment", async () => {
    const clock = fakeClock();
    const deadline = deadlineAt(at(clock.now() + 1000), clock, new AbortController().signal);
    await clock.advance(999);
    expect([deadline.signal.aborted, deadline.isOver()]).toEqual([false, false]);
    await clock.advance(1);
    expect([deadline.signal.aborted, deadline.isOver()]).toEqual([true, true]);
  });

  test.each(["a time that has passed", "no time at all"])("is over at once for %s", (what) => {
    const clock = fakeClock();
    const time = what === "no time at all" ? "soon" : at(clock.now() - 1);
    expect(deadlineAt(time, clock, new AbortController().signal).isOver()).toBe(true);
  });

  test("is not over when its parent aborted", () => {
    const clock = fakeClock();
    const parent = new AbortController();
    const deadline = deadlineAt(at(clock.now() + 1000), clock, parent.signal);
    parent.abort();
    expect([deadline.signal.aborted, deadline.isOver()]).toEqual([true, false]);
  });

  test("leaves no timer behind when it is closed", () => {
    const clock = fakeClock();
    const deadline = deadlineAt(at(clock.now() + 1000), clock, new AbortController().signal);
    deadline.close();
    expect([clock.sleepers(), deadline.signal.aborted]).toEqual([0, false]);
  });
});
