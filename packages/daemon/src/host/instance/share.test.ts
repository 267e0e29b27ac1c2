import { afterEach, describe, expect, it } from "vitest";
import { parseDailySpan } from "@fleetbus/core";
import { name, setStage, type Stage } from "../host.test.support.ts";

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
const filterOf = async ({ bus }: Stage) =>
  (await bus.consumers("EVENTS"))
    .flatMap(({ subjects }) => subjects)
    .map((one) => one.split(".").slice(5).join("."));

/** Two machines with an adapter of the same name, the second one started last. */
async function pair(
  first: Readonly<Record<string, unknown>>,
  second: Readonly<Record<string, unknown>>,
): Promise<readonly [Stage, Stage]> {
  const lab = await set({ entry: first });
  return [lab, await set({ beside: lab, machine: "box", entry: second })];
}

describe("an adapter that two machines share", () => {
  it.each([
    ["listen to other kinds", { on: ["run.finished"] }, { on: ["session.lost"] }],
    ["listen to sessions apart", { on: ["*"], sessions: ["web"] }, { on: ["*"], sessions: ["api"] }],
    ["listen to more and to less", { on: ["run.finished", "session.lost"] }, { on: ["session.*"] }],
  ])("takes what the entry of either takes, once, where they %s", async (_, first, second) => {
    const [lab] = await pair(first, { ...second, resolve: false });
    for (let index = 0; index < 5; index += 1) {
      await lab.publish("run.finished");
      await lab.publish("session.lost", { from: { machine: "lab", session: "api" } });
      await lab.publish("lock.taken", { from: { machine: "lab", session: "other" } });
      await lab.clock.advance(hour);
    }
    expect(ids(lab)).toEqual(
      Array.from({ length: 5 }, (__, index) => [`e${index * 3 + 1}`, `e${index * 3 + 2}`]).flat(),
    );
    expect(await lab.pending()).toBe(0);
  });

  it("keeps what it holds when the other one's config changes", async () => {
    const me = { zone: "UTC", quiet: parseDailySpan("00:00-07:00") };
    const lab = await set({ me, entry: { on: ["run.finished"], quiet: "hold" } });
    const box = await set({
      me,
      beside: lab,
      machine: "box",
      entry: { on: ["run.finished"], quiet: "hold" },
    });
    await lab.publish("run.finished");
    await box.apply({ on: ["session.lost"], quiet: "hold" }, me);
    expect(ids(lab)).toEqual([]);
    await lab.clock.advance(8 * hour);
    expect(ids(lab)).toEqual(["e1"]);
  });

  it("listens to no more than it needs when the other one does", async () => {
    const [lab, box] = await pair({ on: ["run.finished"] }, { on: ["session.lost"], resolve: false });
    expect(await filterOf(lab)).toContain("session.lost");
    await box.apply({ on: ["run.finished"], resolve: false });
    await box.settle();
    expect(await filterOf(lab)).not.toContain("session.lost");
  });

  it("forgets what a machine wanted that was not seen for a week, and hears it again when it is back", async () => {
    const [lab, box] = await pair({ on: ["run.finished"] }, { on: ["session.lost"], resolve: false });
    await box.host.close();
    await lab.clock.advance(6 * 24 * hour);
    expect(await filterOf(lab)).toContain("session.lost");
    await lab.clock.advance(25 * hour);
    expect(await filterOf(lab)).not.toContain("session.lost");
    await set({ beside: lab, machine: "box", entry: { on: ["session.lost"] } });
    expect(await filterOf(lab)).toContain("session.lost");
  });

  it("says who has it, and where their entries differ", async () => {
    const [lab, box] = await pair({ on: ["run.finished"], sessions: ["web"] }, { on: ["run.finished"] });
    expect((await lab.host.show(name)).machines).toEqual([
      { machine: "lab", isSame: true, on: ["run.finished"] },
      { machine: "box", isSame: false, on: ["run.finished"] },
    ]);
    await box.apply({ on: ["run.finished"], sessions: ["web"], rate: "9/m" });
    await box.settle();
    expect((await lab.host.show(name)).machines?.map(({ isSame }) => isSame)).toEqual([true, true]);
  });

  it("explains what the other machine's entry takes", async () => {
    const [lab] = await pair({ on: ["run.finished"], sessions: ["web"] }, { on: ["run.finished"] });
    const event = await lab.publish("run.finished", { from: { machine: "lab", session: "api" } });
    expect(await lab.host.explain(event)).toMatchObject([{ isMatch: true, takers: ["box"] }]);
  });
});
