import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { messageOf } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { locked } from "./locked.ts";

let runDir: string;
beforeAll(async () => {
  runDir = await mkdtemp(join(tmpdir(), "fleet-lock-"));
});
afterAll(() => rm(runDir, { recursive: true }));

function place() {
  const clock = fakeClock();
  const said: string[] = [];
  const waits = async () => {
    while (clock.sleepers() === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    world: { clock, signal: new AbortController().signal },
    paths: () => ({ runDir }),
    say: async (line: string) => void said.push(line),
    ...{ clock, said, waits },
  };
}

it("work under the lock begins when the one before has ended, however that went, and the lock is gone at the end", async () => {
  const order: string[] = [];
  let fail: () => void = () => undefined;
  const failing = new Promise<void>((_, reject) => (fail = () => reject(new Error("no tmux"))));
  const [one, other] = [place(), place()];
  const first = locked(1000, one, async () => {
    order.push("first begins");
    await failing.finally(() => order.push("first ends"));
  });
  while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const second = locked(1000, other, async () => void order.push("second"));
  await other.waits();
  expect(order).toEqual(["first begins"]);
  fail();
  await expect(first).rejects.toThrow("no tmux");
  await other.clock.advance(100);
  await second;
  expect(order).toEqual(["first begins", "first ends", "second"]);
  expect(other.said).toEqual(["another fleet launch is at work: waiting for it"]);
  expect(await readdir(runDir)).toEqual([]);
});

it("a lock that is held for too long is refused, with the process that holds it", async () => {
  const [one, other] = [place(), place()];
  let end: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  let isHeld = false;
  const first = locked(1000, one, () => ((isHeld = true), held));
  while (!isHeld) await new Promise((resolve) => setImmediate(resolve));
  const second = locked(50, other, async () => "ran").catch(messageOf);
  await other.waits();
  await other.clock.advance(100);
  expect(await second).toContain(`another fleet launch is at work (process ${process.pid})`);
  end();
  await first;
});
