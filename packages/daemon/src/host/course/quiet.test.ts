import { afterEach, describe, expect, it } from "vitest";
import { parseDailySpan } from "@fleetbus/core";
import { plainText, setStage, type Stage } from "../host.test.support.ts";

const stages: Stage[] = [];

async function set(...options: Parameters<typeof setStage>): Promise<Stage> {
  const stage = await setStage(...options);
  stages.push(stage);
  return stage;
}

afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ host }) => host.close()));
});

const ids = ({ seen }: Stage) => seen.map(({ event }) => event.id);
const hour = 3_600_000;
/** 23:00 in Berlin, in winter. */
const night = Date.UTC(2026, 0, 10, 22);
const me = { zone: "Europe/Berlin", quiet: parseDailySpan("22:00-07:00") };

describe("quiet hours", () => {
  it("[want 17] hold what comes till their end in the user's zone, at the server, and let urgent things pass", async () => {
    const stage = await set({
      startMs: night,
      me,
      text: plainText,
      entry: { on: ["turn.failed", "message.received"] },
    });
    await stage.publish("turn.failed");
    await stage.publish("message.received", { data: { priority: "high" } });
    await stage.publish("message.received", { data: { priority: "urgent" } });
    expect(ids(stage)).toEqual(["e3"]);
    expect(stage.host.views()[0]).toMatchObject({ held: 2, heldUntil: "2026-01-11T06:00:00.000Z" });
    expect(await stage.pending()).toBe(2);
    await stage.clock.advance(8 * hour - 1);
    expect(ids(stage)).toEqual(["e3"]);
    await stage.clock.advance(1);
    expect(ids(stage).toSorted()).toEqual(["e1", "e2", "e3"]);
    expect(await stage.pending()).toBe(0);
  });

  it("hold more than a send has places for, and a later run of the daemon holds them on", async () => {
    const stage = await set({ startMs: night, me, text: plainText, entry: { on: ["message.received"] } });
    for (let index = 0; index < 100; index += 1)
      await stage.publish("message.received", { data: { priority: "high" } });
    await stage.publish("message.received", { data: { priority: "urgent" } });
    expect(ids(stage)).toEqual(["e101"]);
    await stage.host.close();
    const later = await set({ beside: stage, me, text: plainText, entry: { on: ["message.received"] } });
    expect(later.host.views()[0]).toMatchObject({ held: 100, heldUntil: "2026-01-11T06:00:00.000Z" });
    await later.clock.advance(8 * hour);
    expect(new Set(ids(stage)).size).toBe(101);
    expect(stage.seen).toHaveLength(101);
  });

  it("end at once when the config says that they do", async () => {
    const stage = await set({ startMs: night, me, text: plainText, entry: { on: ["turn.failed"] } });
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual([]);
    await stage.apply(undefined, { zone: "Europe/Berlin" });
    await stage.settle();
    expect(ids(stage)).toEqual(["e1"]);
  });

  it("are ignored by an adapter that says so", async () => {
    const stage = await set({
      startMs: night,
      me,
      text: plainText,
      entry: { on: ["turn.failed"], quiet: "ignore" },
    });
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(["e1"]);
  });

  it.each([
    ["a program's adapter, which has no night", {}, undefined, ["e1"]],
    ["one for people", {}, plainText, []],
    ["a program's that says hold", { quiet: "hold" }, undefined, []],
    ["one for people that says ignore", { quiet: "ignore" }, plainText, ["e1"]],
  ])("by default: %s", async (_, quiet, text, sent) => {
    const entry = { on: ["turn.failed"], ...quiet };
    const stage = await set({ startMs: night, me, entry, ...(text === undefined ? {} : { text }) });
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(sent);
  });

  it("tell of a state and of its end in that order, also where both were held", async () => {
    const stage = await set({ startMs: night, me, text: plainText, entry: { on: ["turn.failed"] } });
    await stage.publish("turn.failed");
    await stage.publish("turn.stopped");
    expect(ids(stage)).toEqual([]);
    await stage.clock.advance(8 * hour + 5000);
    expect(stage.seen.map(({ event, notice }) => [event.id, notice.isResolved])).toEqual([
      ["e1", false],
      ["e2", true],
    ]);
  });
});
