import { expect, it, vi } from "vitest";
import { systemClock } from "./clock.ts";

it("a sleep longer than a timer takes does not end at once, and ends by its signal", async () => {
  const enough = new AbortController();
  let isOver = false;
  const sleeping = systemClock.sleep(2 ** 31 + 1000, enough.signal).then(
    () => (isOver = true),
    (error: unknown) => error,
  );
  await systemClock.sleep(50);
  expect(isOver).toBe(false);
  enough.abort(new Error("enough"));
  expect(await sleeping).toEqual(new Error("enough"));
});

it("a sleep of sixty days ends after sixty days", async () => {
  vi.useFakeTimers();
  try {
    const days = 24 * 60 * 60 * 1000;
    let isOver = false;
    void systemClock.sleep(60 * days).then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(60 * days - 1);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isOver).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
