import { fakeClock } from "@fleetbus/core/testing";
import { describe, expect, it } from "vitest";
import { budget, type Budget } from "../budget.ts";
import { soon, stage } from "./planner.test.support.ts";

const reason = "tmux: a shell runs in the pane";

describe("a session that could not be woken", () => {
  it("is left alone for this idle period, and each sender learns why, those that come later too", async () => {
    const { planner, told, attempts, arrive } = stage();
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", reason]]);
    arrive("second");
    planner.changed("web");
    expect(told).toEqual([
      ["first", reason],
      ["second", reason],
    ]);
    expect(attempts).toHaveLength(1);
  });

  it("is typed into once more when the first text was lost, as new text, and no third time", async () => {
    const { told, attempts, arrive } = stage({ hasActed: true });
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", reason]]);
    expect(attempts.map(({ isRetry }) => isRetry)).toEqual([false, false]);
    // So that what the first one left in the composer is known as our own.
    expect(new Set(attempts.map(({ nonce }) => nonce)).size).toBe(1);
  });

  it("is tried again in the next one, and when somebody asks", async () => {
    const { planner, told, attempts, arrive, nextPeriod } = stage();
    arrive("first");
    await expect.poll(() => told.length, soon).toBe(1);
    nextPeriod();
    planner.changed("web");
    await expect.poll(() => attempts.length, soon).toBe(2);
    await expect.poll(() => told.length, soon).toBe(2);
    planner.retry("web");
    await expect.poll(() => attempts.length, soon).toBe(3);
  });
});

describe("[row 81] a session that was woken", () => {
  const perMs = 60_000;
  /** One wake a minute, by a clock that only the test moves; says when it was asked. */
  function cooldown() {
    const clock = fakeClock(0);
    const rate = budget({ count: 1, perMs }, clock);
    const asked: number[] = [];
    const freeIn: Budget["freeIn"] = (key) => {
      const ms = rate.freeIn(key);
      asked.push(ms);
      return ms;
    };
    return { clock, asked, rate: { ...rate, freeIn } };
  }

  it("is let sleep until its budget allows the next wake, and then woken without being asked again", async () => {
    const { clock, asked, rate } = cooldown();
    const { planner, attempts, arrive, nextPeriod } = stage({ how: "proved", perSession: rate });
    arrive("first");
    await expect.poll(() => attempts.length, soon).toBe(1);
    nextPeriod();
    arrive("second");
    await expect.poll(() => asked, soon).toContain(perMs);
    expect(attempts).toHaveLength(1);
    await clock.advance(perMs);
    planner.changed("web");
    await expect.poll(() => attempts.length, soon).toBe(2);
  });

  it("spends nothing on attempts that chose not to act", async () => {
    const { asked, rate } = cooldown();
    const { told, arrive, nextPeriod } = stage({ how: "skipped", perSession: rate });
    arrive("first");
    await expect.poll(() => told.length, soon).toBe(1);
    nextPeriod();
    arrive("second");
    await expect.poll(() => told.length, soon).toBe(3);
    expect(asked.every((ms) => ms === 0)).toBe(true);
  });
});

describe("[case 38] whom the human is told of", () => {
  it("is a session for which every rung has failed, until its mail is taken, it works, or it is tried again", async () => {
    const { planner, told, waiting, arrive, nextPeriod } = stage();
    expect(planner.sleepers()).toEqual([]);
    arrive("first");
    expect(planner.sleepers()).toEqual([]);
    await expect.poll(() => told.length, soon).toBe(1);
    expect(planner.sleepers()).toMatchObject([{ name: "web", generation: 1, reason }]);
    const [lease] = waiting.splice(0);
    expect(planner.sleepers()).toEqual([]);
    if (lease !== undefined) waiting.push(lease);
    nextPeriod();
    expect(planner.sleepers()).toEqual([]);
  });

  it("is no session that a rung has woken", async () => {
    const { planner, attempts, arrive } = stage({ how: "proved" });
    arrive("first");
    await expect.poll(() => attempts.length, soon).toBe(1);
    await expect.poll(() => planner.sleepers(), soon).toEqual([]);
  });
});

describe("a session whose hooks turn out to be silent", () => {
  const drift = "it answered and no hook told of it";
  const silent = `its hooks are silent (${drift}): restart it, or see /hooks in it`;

  it("is not woken by any rung, and its sender learns why", async () => {
    const { told, attempts, arrive } = stage({ hasActed: true, listen: () => ({ drift }) });
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", `tmux: ${silent}`]]);
    expect(attempts).toEqual([]);
  });

  it("is not typed into a second time", async () => {
    let looks = 0;
    const { told, attempts, arrive } = stage({
      hasActed: true,
      listen: () => (++looks > 1 ? { drift } : {}),
    });
    arrive("first");
    await expect.poll(() => told, soon).toEqual([["first", `tmux: ${silent}`]]);
    expect(attempts).toHaveLength(1);
  });
});
