import { expect, test } from "vitest";
import { fakeClock } from "@fleetbus/core/testing";
import { activity, type Own } from "./activity.ts";

function stage() {
  const clock = fakeClock();
  const over = new AbortController();
  const seen: unknown[] = [];
  const onSeen = (what: string, { line, messages }: Own) =>
    void seen.push([what, line, ...messages].filter((each) => each !== undefined).join(" "));
  return { clock, over, seen, watched: activity({ clock, quietMs: 3000, signal: over.signal, onSeen }) };
}

test("a command is idle once it has printed nothing for a while after its start", async () => {
  const { clock, seen, watched } = stage();
  for (let second = 0; second < 10; second += 1) {
    watched.printed();
    await clock.advance(1000);
  }
  expect(seen).toEqual([]);
  await clock.advance(2000);
  expect(seen).toEqual(["idle"]);
});

test("it is busy from a submitted line until it is quiet again, and not by its output alone", async () => {
  const { clock, seen, watched } = stage();
  await clock.advance(3000);
  watched.printed();
  await clock.advance(10_000);
  expect(seen).toEqual(["idle"]);
  watched.submitted();
  await clock.advance(2000);
  watched.submitted({ line: "a line of ours", messages: ["01A"] });
  await clock.advance(2999);
  expect(seen).toEqual(["idle", "busy", "busy a line of ours 01A"]);
  await clock.advance(1);
  expect(seen).toEqual(["idle", "busy", "busy a line of ours 01A", "idle 01A"]);
});

test("of one that has ended nothing is seen any more", async () => {
  const { clock, over, seen } = stage();
  over.abort(new Error("ended"));
  await clock.advance(10_000);
  expect(seen).toEqual([]);
  expect(clock.sleepers()).toBe(0);
});
