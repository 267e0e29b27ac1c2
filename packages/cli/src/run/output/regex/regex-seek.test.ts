import { systemClock } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { describe, expect, test } from "vitest";
import { lastLookMs, regexSeek } from "./regex-seek.ts";

/** Doubles its time with every `a` before the end. */
const endless = "(a+)+$";
const bad = `${"a".repeat(60)}b`;

function seeking(source: string) {
  const found: string[] = [];
  const seeker = regexSeek(systemClock)(new RegExp(source, "u"), (line) => void found.push(line));
  return { ...seeker, found };
}

describe("a regex that is tried beside the output", () => {
  test("finds each line that fits, in their order, however many they are", async () => {
    const { take, end, found } = seeking("7$");
    const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n}`);
    for (let at = 0; at < lines.length; at += 1000) take(lines.slice(at, at + 1000));
    expect(await end()).toEqual([]);
    expect(found).toEqual(lines.filter((line) => line.endsWith("7")));
  });

  test("that takes for ever on a line holds up nobody, is given up there and tried on the next", async () => {
    const { take, end, found } = seeking(endless);
    take(["aa", bad, "aaa"]);
    let isFree = false;
    setImmediate(() => (isFree = true));
    await expect.poll(() => found).toEqual(["aa", "aaa"]);
    expect(isFree).toBe(true);
    take([bad, "a"]);
    expect(await end()).toEqual(["--notify-on: the regex takes too long: given up after 250 ms on 2 lines"]);
    expect(found).toEqual(["aa", "aaa", "a"]);
  });

  test("that does so again and again is not tried any more, and all that is counted", async () => {
    const { take, end, found } = seeking(endless);
    take(["a", bad, bad, bad, "aa"]);
    take(["aaa"]);
    expect(await end()).toEqual([
      "--notify-on: the regex takes too long: given up after 250 ms on 3 lines, and not tried after that",
      "--notify-on: the regex was not tried on 2 lines",
    ]);
    expect(found).toEqual(["a"]);
    take(["aaaa"]);
    expect(found).toEqual(["a"]);
  });

  test("is not waited for without end", async () => {
    const clock = fakeClock();
    const { take, end } = regexSeek(clock)(new RegExp(endless, "u"), () => undefined);
    take([bad, "a"]);
    const ending = end();
    await clock.advance(lastLookMs);
    expect(await ending).toEqual(["--notify-on: the regex was not tried on 2 lines"]);
  });

  test("finds nothing after its end", async () => {
    const { take, end, found } = seeking(".");
    expect(await end()).toEqual([]);
    take(["x"]);
    expect(found).toEqual([]);
  });

  test("counts what comes while too much waits", async () => {
    const { take, end } = seeking(endless);
    take([bad]);
    const megabyte = "x".repeat(1024 * 1024);
    for (let n = 0; n < 20; n += 1) take([megabyte]);
    expect((await end()).at(-1)).toMatch(/^--notify-on: the regex was not tried on \d+ lines$/);
  });
});
