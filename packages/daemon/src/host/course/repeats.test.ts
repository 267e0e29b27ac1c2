import { afterEach, describe, expect, it } from "vitest";
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
const minute = 60_000;

describe("the same state of a session", () => {
  it("[want 18] is told once within the window, again after another state that this adapter never hears of", async () => {
    const stage = await set({ text: plainText, entry: { on: ["turn.failed"], resolve: false } });
    await stage.publish("turn.failed");
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(["e1"]);
    await stage.publish("prompt.submitted");
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(["e1", "e4"]);
    await stage.publish("turn.failed", { from: { machine: "lab", session: "api" } });
    await stage.clock.advance(10 * minute);
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(["e1", "e4", "e5", "e6"]);
    expect(stage.host.views()[0]).toMatchObject({ skipped: 1, sent: 4 });
  });

  it("is told once by two machines that share the work", async () => {
    const options = { text: plainText, entry: { on: ["turn.failed"] } };
    const stage = await set(options);
    await set({ ...options, beside: stage, machine: "box" });
    for (let index = 0; index < 20; index += 1) await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(["e1"]);
  });

  it.each([
    ["each time to a program, which counts events", {}, undefined, ["e1", "e2"]],
    ["once to people", {}, plainText, ["e1"]],
    ["once to a program whose entry says a window", { dedupe: "10m" }, undefined, ["e1"]],
    ["each time to people whose entry says next to none", { dedupe: "1ms" }, plainText, ["e1", "e2"]],
  ])("is told by default %s", async (_, dedupe, text, sent) => {
    const entry = { on: ["turn.failed"], ...dedupe };
    const stage = await set({ entry, ...(text === undefined ? {} : { text }) });
    await stage.publish("turn.failed");
    await stage.clock.advance(1000);
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(sent);
  });

  it("is told as over only to who was told of it", async () => {
    const stage = await set({ entry: { on: ["permission.requested", "session.lost"], sessions: ["web"] } });
    await stage.publish("permission.requested", { from: { machine: "lab", session: "api" } });
    await stage.publish("permission.resolved", { from: { machine: "lab", session: "api" } });
    await stage.publish("permission.resolved");
    expect(ids(stage)).toEqual([]);
    await stage.publish("permission.requested");
    await stage.publish("permission.resolved");
    await stage.publish("permission.resolved");
    expect(stage.seen.map(({ event, notice }) => [event.kind, notice.isResolved])).toEqual([
      ["permission.requested", false],
      ["permission.resolved", true],
    ]);
  });

  it("is told as over days later too", async () => {
    const stage = await set({ entry: { on: ["session.lost"] } });
    await stage.publish("session.lost");
    await stage.clock.advance(30 * 60 * minute);
    await stage.publish("session.started");
    expect(ids(stage)).toEqual(["e1", "e2"]);
  });

  it("counts as not told when it ended in the dead letters", async () => {
    const stage = await set({ entry: { on: ["turn.failed"] } });
    stage.answer = () => {
      throw new Error("no such channel");
    };
    await stage.publish("turn.failed");
    stage.answer = () => ({});
    await stage.publish("turn.stopped");
    await stage.publish("turn.failed");
    expect(ids(stage)).toEqual(["e1", "e3"]);
  });
});

describe("the machines that have one adapter", () => {
  const each = (stage: Stage) => stage.seen.length;

  it("share the work where it runs as one", async () => {
    const stage = await set({ entry: { on: ["run.finished"] } });
    await set({ beside: stage, machine: "box", entry: { on: ["run.finished"] } });
    for (let index = 0; index < 10; index += 1) await stage.publish("run.finished");
    expect(each(stage)).toBe(10);
    expect(new Set(ids(stage)).size).toBe(10);
  });

  it("each take all where it acts on its own machine, and where the entry says so", async () => {
    for (const options of [
      { traits: { isLocal: true }, entry: { on: ["run.finished"] } },
      { entry: { on: ["run.finished"], runs: "each" } },
    ]) {
      const stage = await set(options);
      await set({ ...options, beside: stage, machine: "box" });
      for (let index = 0; index < 3; index += 1) await stage.publish("run.finished");
      expect(ids(stage).toSorted()).toEqual(["e1", "e1", "e2", "e2", "e3", "e3"]);
    }
  });
});
