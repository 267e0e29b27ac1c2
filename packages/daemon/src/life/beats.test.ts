import { fakeClock, type FakeClock } from "@fleetbus/core/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "@fleetbus/core";
import { clockOfBeats } from "./beats.ts";

let time: FakeClock;
let beats: Clock;
let woken: string[];

beforeEach(() => {
  time = fakeClock();
  beats = clockOfBeats(time);
  woken = [];
});

function sleep(name: string, ms: number, signal?: AbortSignal): void {
  void beats.sleep(ms, signal).then(
    () => woken.push(`${name} ${time.monotonic()}`),
    () => woken.push(`${name} aborted`),
  );
}

describe("a clock of beats", () => {
  it("wakes all who sleep about as long at once, by one timer", async () => {
    await time.advance(3);
    sleep("a", 1000);
    await time.advance(120);
    sleep("b", 1000);
    expect(time.sleepers()).toBe(1);
    await time.advance(2000);
    expect(woken).toEqual(["a 1000", "b 1000"]);
  });

  it("wakes at whole seconds who sleeps for a second or more, whenever it fell asleep", async () => {
    await time.advance(600);
    sleep("late", 1000);
    sleep("short", 400);
    sleep("long", 2000);
    await time.advance(800);
    sleep("early", 1000);
    await time.advance(5000);
    expect(woken).toEqual(["short 1000", "late 2000", "early 2000", "long 3000"]);
  });

  it("keeps a period that is begun anew some milliseconds after each beat", async () => {
    const again = async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        await time.sleep(7);
        await beats.sleep(1000);
        woken.push(String(time.monotonic()));
      }
    };
    void again();
    await time.advance(5000);
    expect(woken).toEqual(["1000", "2000", "3000"]);
  });

  it("wakes nobody in the beat in which it fell asleep", async () => {
    await time.advance(600);
    sleep("short", 1);
    await time.advance(399);
    expect(woken).toEqual([]);
    await time.advance(1);
    expect(woken).toEqual(["short 1000"]);
  });

  it("rejects who is aborted, lets the others sleep, and holds no timer for nobody", async () => {
    const [one, other] = [new AbortController(), new AbortController()];
    sleep("one", 1000, one.signal);
    sleep("other", 1000, other.signal);
    one.abort();
    await time.advance(0);
    expect([woken, time.sleepers()]).toEqual([["one aborted"], 1]);
    other.abort();
    await time.advance(0);
    expect([woken, time.sleepers()]).toEqual([["one aborted", "other aborted"], 0]);
    sleep("late", 1000, one.signal);
    await time.advance(5000);
    expect(woken.at(-1)).toBe("late aborted");
  });
});
