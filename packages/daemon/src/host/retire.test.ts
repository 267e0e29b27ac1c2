import { afterEach, describe, expect, it } from "vitest";
import { setStage, type Stage } from "./host.test.support.ts";

const stages: Stage[] = [];

async function set(...options: Parameters<typeof setStage>): Promise<Stage> {
  const stage = await setStage(...options);
  stages.push(stage);
  return stage;
}

afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ host }) => host.close()));
});

const hour = 3_600_000;
const entry = { on: ["run.finished"] };
const durables = async ({ bus }: Stage) =>
  (await bus.consumers()).map(({ stream, name }) => `${stream} ${name}`);

describe("an adapter that is removed from the config", () => {
  it.each([
    ["one", "adapter=any=phone"],
    ["each", "adapter=lab=phone"],
  ])("loses its durable a day later, where it runs %s", async (runs, durable) => {
    const stage = await set({ entry: { ...entry, runs } });
    await stage.host.apply({ entries: [], me: {} });
    await stage.clock.advance(23 * hour);
    expect(await durables(stage)).toEqual([`EVENTS ${durable}`]);
    await stage.clock.advance(2 * hour);
    expect(await durables(stage)).toEqual([]);
  });

  it("and put back within the day gets what came meanwhile; put back later it begins anew", async () => {
    const stage = await set({ entry });
    await stage.host.apply({ entries: [], me: {} });
    await stage.publish("run.finished");
    await stage.clock.advance(20 * hour);
    await stage.apply();
    await stage.clock.advance(30 * hour);
    expect(stage.seen.map(({ event }) => event.id)).toEqual(["e1"]);
    await stage.host.apply({ entries: [], me: {} });
    await stage.publish("run.finished");
    await stage.clock.advance(25 * hour);
    await stage.apply();
    await stage.publish("run.finished");
    expect(stage.seen.map(({ event }) => event.id)).toEqual(["e1", "e3"]);
  });

  it("while no daemon ran loses it too", async () => {
    const stage = await set({ entry });
    await stage.host.close();
    const later = await set({ beside: stage, entry: { ...entry, runs: "each" } });
    await later.clock.advance(25 * hour);
    expect(await durables(later)).toEqual(["EVENTS adapter=lab=phone"]);
  });

  it("leaves it to the machine that still has it, with what that one listens to", async () => {
    const stage = await set({ entry });
    const box = await set({ beside: stage, machine: "box", entry: { on: ["session.lost"], resolve: false } });
    await box.host.apply({ entries: [], me: {} });
    await box.clock.advance(25 * hour);
    expect(await durables(stage)).toEqual(["EVENTS adapter=any=phone"]);
    const [consumer] = await stage.bus.consumers("EVENTS");
    expect(consumer?.subjects).toEqual([
      "fleet.main.event.*.*.run.finished",
      "fleet.main.event.*.*.run.output",
    ]);
    await stage.host.apply({ entries: [], me: {} });
    await stage.clock.advance(25 * hour);
    expect(await durables(stage)).toEqual([]);
  });
});

it("a machine that is away for a weekend finds what waited; after more than a week its own durable is gone", async () => {
  const stage = await set({ entry: { ...entry, runs: "each" } });
  await stage.host.close();
  await stage.publish("run.finished");
  await stage.clock.advance(3 * 24 * hour);
  const later = await set({ beside: stage, entry: { ...entry, runs: "each" } });
  expect(stage.seen.map(({ event }) => event.id)).toEqual(["e1"]);
  await later.host.close();
  await later.clock.advance(8 * 24 * hour);
  expect(await durables(later)).toEqual([]);
});
