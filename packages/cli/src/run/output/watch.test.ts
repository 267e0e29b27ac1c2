import { fakeClock } from "@fleetbus/core/testing";
import { describe, expect, test } from "vitest";
import { triggersOf } from "../order.ts";
import { ringOf } from "./ring.ts";
import { maxPieceBytes } from "./stream.ts";
import type { Seek } from "./regex/seeker.ts";
import { watchOutput, type Told } from "./watch.ts";

/** In this thread, at once. */
const seek: Seek = (regex, found) => ({
  take: (lines) => lines.filter((line) => regex.test(line)).forEach(found),
  end: () => Promise.resolve([]),
});

/** A watched output whose time is the test's. */
function watched(...triggers: Parameters<typeof triggersOf>) {
  const clock = fakeClock();
  const ring = ringOf(100);
  const told: Told[] = [];
  const watch = watchOutput({
    triggers: triggersOf(...triggers),
    tailBytes: 100,
    ring,
    clock,
    seek,
    tell: (one) => void told.push(one),
  });
  const looks = [watch.stream(), watch.stream()] as const;
  const write = (text: string, output: 0 | 1 = 0) => {
    ring.push(Buffer.from(text));
    looks[output](Buffer.from(text));
  };
  return { told, write, end: watch.end, pass: (ms: number) => clock.advance(ms) };
}

describe("an output that is watched", () => {
  test("is told each interval where something is new, and no more at the end", async () => {
    const output = watched("partial", 1000, false);
    await output.pass(1000);
    output.write("a\n");
    await output.pass(1000);
    await output.pass(5000);
    output.write("b\n");
    await output.pass(1000);
    output.write("c\n");
    await output.end();
    await output.pass(5000);
    expect(output.told.map(({ seq, tail }) => [seq, tail])).toEqual([
      [1, "a\n"],
      [2, "a\nb\n"],
    ]);
  });

  test("tells a line that fits at once, the next after the gap with their number, the last at the end", async () => {
    const output = watched("regex:ERR", 1000, false);
    output.write("ERR 1\nERR 2\n");
    await output.pass(500);
    output.write("ERR 3\nfine\n");
    await output.pass(500);
    output.write("ERR 4");
    await output.end();
    expect(output.told.map(({ line, matches }) => [line, matches])).toEqual([
      ["ERR 1", 1],
      ["ERR 3", 2],
      ["ERR 4", 1],
    ]);
  });

  test("does not mix the lines of two outputs", async () => {
    const output = watched("regex:^whole$", undefined, false);
    output.write("who", 0);
    output.write("other\n", 1);
    output.write("le\n", 0);
    await output.end();
    expect(output.told).toMatchObject([{ line: "whole" }]);
  });

  test("looks at a line without end in pieces", async () => {
    const output = watched("regex:^x{8192}$", undefined, false);
    for (let part = 0; part < 100; part += 1) output.write("x".repeat(1000));
    await output.end();
    expect(output.told.map(({ matches }) => matches)).toEqual([1, 11]);
  });

  test("is told in whole lines, a half one when its other half takes too long", async () => {
    const output = watched(undefined, undefined, true);
    output.write("a\nb");
    await output.pass(500);
    output.write("c");
    await output.pass(500);
    output.write("\n€".slice(0, 1));
    await output.end();
    expect(output.told.map((one) => one.output)).toEqual(["a\n", "bc", "\n"]);
  });

  test("that comes faster than it may be told is skipped in parts, which is said", async () => {
    const output = watched(undefined, undefined, true);
    output.write(`${"x".repeat(maxPieceBytes)}yyy`);
    await output.pass(500);
    await output.end();
    expect(output.told).toEqual([
      { trigger: "stream", seq: 1, output: `${"x".repeat(maxPieceBytes - 3)}yyy`, skippedBytes: 3 },
    ]);
  });
});

describe("what a trigger says", () => {
  test.each([
    ["never", undefined, /none of exit, partial/],
    ["regex:[", undefined, /--notify-on/],
    [undefined, 1000, /--interval/],
    ["exit", 1000, /--interval/],
  ])("%s with interval %s is refused", (notifyOn, interval, said) => {
    expect(() => triggersOf(notifyOn, interval, false)).toThrow(said);
  });

  test("a time that is too long for a timer is the longest that there is", () => {
    expect(triggersOf("partial", 100 * 86_400_000, false).partialMs).toBe(2 ** 31 - 1);
  });
});
