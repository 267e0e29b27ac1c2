import type { SessionRecord } from "@fleetbus/core";
import { fakeClock, type FakeClock } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchProcesses } from "./liveness.ts";

const recordOf = (name: string, pid: number, procStart?: string): SessionRecord => ({
  ...{ machine: "lab", name, display: name, cli: "claude", state: "idle", hooked: true, wake: true, pid },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "" },
  ...(procStart === undefined ? {} : { procStart }),
});

let clock: FakeClock;
let over: AbortController;
let starts: Map<number, string>;
/** Dead, and nobody has reaped them. */
let unreaped: Set<number>;
let live: readonly SessionRecord[];
let lost: string[];
/** How many close looks there were. */
let close: number;

beforeEach(() => {
  [clock, over, starts, lost] = [fakeClock(), new AbortController(), new Map(), []];
  [unreaped, close] = [new Set(), 0];
});
afterEach(() => over.abort());

function watch(records: readonly SessionRecord[]): void {
  live = records;
  const processes = {
    find: () => Promise.resolve(undefined),
    takesSignals: (pid: number) => starts.has(pid) || unreaped.has(pid),
    isAlive: (pid: number) => starts.has(pid),
    startOf: (pid: number) => {
      close += 1;
      return starts.get(pid);
    },
  };
  const onLost = ({ name }: SessionRecord) => {
    lost.push(name);
    live = live.filter((record) => record.name !== name);
  };
  void watchProcesses({ clock, processes, live: () => live, onLost }, over.signal);
}

/** So many looks. */
async function looks(count: number): Promise<void> {
  for (let look = 0; look < count; look += 1) await clock.advance(2000);
}

describe("watching over sessions' processes", () => {
  it("takes one for lost whose pid another process has, when the daemon comes back", () => {
    starts.set(10, "900");
    watch([recordOf("dead", 10, "100")]);
    expect(lost).toEqual(["dead"]);
  });

  it("notices it also when that happens between two looks", async () => {
    starts.set(10, "100");
    watch([recordOf("dead", 10, "100")]);
    await looks(3);
    expect(lost).toEqual([]);
    starts.set(10, "900");
    await looks(10);
    expect(lost).toEqual(["dead"]);
  });

  it("leaves alone the session that runs under that pid now, and those of which no start is known", async () => {
    starts.set(10, "900").set(11, "5");
    watch([recordOf("dead", 10, "100"), recordOf("next", 10, "900"), recordOf("old", 11)]);
    await looks(20);
    expect(lost).toEqual(["dead"]);
  });

  const many = (count: number) => {
    const pids = Array.from({ length: count }, (_, index) => index + 10);
    for (const pid of pids) starts.set(pid, "100");
    return pids.map((pid) => recordOf(`s${pid}`, pid, "100"));
  };

  it.each([
    [20, 4000],
    [1000, 12_000],
  ])("of %i, takes each that nobody has reaped for lost after %i ms", async (count, withinMs) => {
    watch(many(count));
    await looks(7);
    for (let pid = 10; pid < 15; pid += 1) {
      starts.delete(pid);
      unreaped.add(pid);
    }
    await clock.advance(withinMs);
    expect(lost.toSorted()).toEqual(["s10", "s11", "s12", "s13", "s14"]);
  });

  it("looks closely at no more than a fifth of a thousand each time", async () => {
    watch(many(1000));
    close = 0;
    await looks(5);
    expect(close).toBe(1000);
  });

  it("gives a process that ended by itself the time to say so", async () => {
    starts.set(10, "100");
    watch([recordOf("web", 10, "100")]);
    await looks(1);
    starts.delete(10);
    await clock.advance(2000);
    expect(lost).toEqual([]);
    await looks(1);
    expect(lost).toEqual(["web"]);
  });
});
