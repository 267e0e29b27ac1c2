import { afterEach, describe, expect, it } from "vitest";
import { FleetError } from "@fleetbus/core";
import { away, setStage, type Stage } from "../host.test.support.ts";

const stages: Stage[] = [];

async function set(...options: Parameters<typeof setStage>): Promise<Stage> {
  const stage = await setStage(...options);
  stages.push(stage);
  return stage;
}

afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ host }) => host.close()));
});

const minute = 60_000;
const entry = { on: ["run.finished"] };

/** A far side that asks once to be left alone for ten minutes. */
async function busyFarSide(): Promise<Stage> {
  let isBusy = true;
  return set({
    entry,
    answer: () => {
      if (!isBusy) return {};
      isBusy = false;
      throw new FleetError("unavailable", "HTTP 429", { details: { retryAfterMs: 10 * minute } });
    },
  });
}

const timesOf = (stage: Stage, begin: number) => stage.seen.map(({ at }) => (at - begin) / minute);

describe("after a restart", () => {
  it("a far side that asked to be left alone is, for as long as it asked", async () => {
    const stage = await busyFarSide();
    const begin = stage.clock.now();
    await stage.publish("run.finished");
    await stage.host.close();
    const later = await set({ beside: stage, entry });
    await later.clock.advance(10 * minute - 1);
    expect(timesOf(stage, begin)).toEqual([0]);
    expect(await stage.pending()).toBe(1);
    expect(later.host.views()[0]).toMatchObject({ held: 1 });
    await later.clock.advance(1001);
    expect(stage.seen).toHaveLength(2);
    expect(await stage.pending()).toBe(0);
  });

  it("what comes anew waits with it", async () => {
    const stage = await busyFarSide();
    const begin = stage.clock.now();
    await stage.publish("run.finished");
    await stage.host.close();
    const later = await set({ beside: stage, entry });
    await later.publish("run.finished");
    await later.clock.advance(11 * minute);
    expect(timesOf(stage, begin).map(Math.floor)).toEqual([0, 10, 10]);
  });

  it("a far side that is down is still known to be, and is probed when its time is there", async () => {
    const stage = await set({ entry, answer: away });
    for (let index = 0; index < 6; index += 1) await stage.publish("run.finished");
    const before = stage.host.views()[0];
    expect(before).toMatchObject({ breaker: "open" });
    await stage.host.close();
    const tried = stage.seen.length;
    const later = await set({ beside: stage, entry });
    expect(later.host.views()[0]).toMatchObject({ breaker: "open", breakerUntil: before?.breakerUntil });
    await later.publish("run.finished");
    expect(stage.seen).toHaveLength(tried);
    stage.answer = () => ({});
    await later.clock.advance(2 * minute);
    expect(await stage.pending()).toBe(0);
    expect(later.announced.map(({ kind }) => kind)).toEqual(["adapter.recovered"]);
  });

  it("another machine that shares the work gives a delivery back until its time too", async () => {
    const stage = await busyFarSide();
    const begin = stage.clock.now();
    await stage.publish("run.finished");
    await stage.host.close();
    await set({ beside: stage, machine: "box", entry });
    await stage.clock.advance(5 * minute);
    expect(timesOf(stage, begin)).toEqual([0]);
    await stage.clock.advance(6 * minute);
    expect(stage.seen).toHaveLength(2);
  });

  it("nothing waits when the config has changed: who mended it sees at once that it works", async () => {
    const stage = await busyFarSide();
    const begin = stage.clock.now();
    await stage.publish("run.finished");
    await stage.clock.advance(minute);
    await stage.apply({ ...entry, rate: "100/m" });
    await stage.settle();
    expect(timesOf(stage, begin)).toEqual([0, 1]);
    expect(await stage.pending()).toBe(0);
  });
});
