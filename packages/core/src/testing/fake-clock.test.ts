import { expect, test } from "vitest";
import { fakeClock } from "./fake-clock.ts";

test("a fake clock wakes sleepers in the order of their times, at their own time", async () => {
  const clock = fakeClock(0);
  const seen: string[] = [];
  const nap = async (name: string, ms: number) => {
    await clock.sleep(ms);
    seen.push(`${name}@${clock.now()}`);
  };
  void nap("late", 30);
  void nap("early", 10).then(() => nap("again", 5));
  await clock.advance(40);
  expect(seen).toEqual(["early@10", "again@15", "late@30"]);
  expect(clock.now()).toBe(40);
  expect(clock.sleepers()).toBe(0);
});

test("a fake clock rejects a sleep whose signal aborts, before or during it", async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const during = clock.sleep(10, controller.signal);
  controller.abort(new Error("enough"));
  await expect(during).rejects.toThrow("enough");
  await expect(clock.sleep(10, controller.signal)).rejects.toThrow("enough");
  expect(clock.sleepers()).toBe(0);
});

test("a jump moves only the wall clock and wakes nobody", async () => {
  const clock = fakeClock(1000);
  let isAwake = false;
  void clock.sleep(10).then(() => (isAwake = true));
  clock.jump(-500);
  await clock.advance(9);
  expect([clock.now(), clock.monotonic(), isAwake]).toEqual([509, 9, false]);
});

test("a sleep of no time ends at the next advance", async () => {
  const clock = fakeClock();
  const nap = clock.sleep(0);
  await clock.advance(0);
  await expect(nap).resolves.toBeUndefined();
});
