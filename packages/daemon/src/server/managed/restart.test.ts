import { describe, expect, it } from "vitest";
import { defaultRestartPolicy, restartDelayMs } from "./restart.ts";

describe("restarting", () => {
  it("waits twice as long after each crash, up to a bound, and ends", () => {
    const policy = { firstDelayMs: 100, maxDelayMs: 500, stableMs: 1000, maxCrashes: 5 };
    expect([0, 1, 2, 3, 4, 5].map((crashes) => restartDelayMs(policy, crashes))).toEqual([
      100,
      200,
      400,
      500,
      500,
      undefined,
    ]);
  });

  it("begins at once and gives up within half a minute", () => {
    const delays = Array.from(
      { length: defaultRestartPolicy.maxCrashes },
      (_, i) => restartDelayMs(defaultRestartPolicy, i) ?? 0,
    );
    expect(delays[0]).toBeLessThanOrEqual(50);
    expect(delays.reduce((sum, delay) => sum + delay)).toBeLessThan(30_000);
  });
});
