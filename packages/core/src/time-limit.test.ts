import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { systemClock } from "./clock.ts";
import { timeLimit } from "./time-limit.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Everything that nobody holds is gone, several times over. */
async function afterCollections(ms: number): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until;) {
    collectGarbage();
    await systemClock.sleep(10);
  }
}

test("comes though only a signal made of several knows of it", async () => {
  const other = new AbortController();
  const either = AbortSignal.any([other.signal, timeLimit(60)]);
  await afterCollections(120);
  expect(either.aborted).toBe(true);
  expect(either.reason).toMatchObject({ name: "TimeoutError", message: "no end within 60 ms" });
});

test("comes to one who listens and holds nothing", async () => {
  const other = new AbortController();
  let heard = 0;
  AbortSignal.any([other.signal, timeLimit(60)]).addEventListener("abort", () => (heard += 1));
  await afterCollections(120);
  expect(heard).toBe(1);
});
