import { afterEach, describe, expect, it } from "vitest";
import { encodeEvent, FleetError, type FleetEvent } from "@fleetbus/core";
import { setStage, type Stage } from "../host.test.support.ts";

const stages: Stage[] = [];

async function set(...options: Parameters<typeof setStage>): Promise<Stage> {
  const stage = await setStage(...options);
  stages.push(stage);
  return stage;
}

afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ host }) => host.close()));
});

/** A wake of a session on the machine `lab`. */
async function wake(stage: Stage): Promise<void> {
  const to = { machine: "lab", session: "web" };
  const data = { to, rung: "tmux", nonce: "n1", idleGeneration: 1, text: "n1", cli: "claude" };
  const event: FleetEvent = {
    ...{
      id: `w${(await stage.bus.lastSeq("WAKES", [])) + 1}`,
      kind: "wake.tmux",
      from: to,
      origin: "system",
    },
    time: new Date(stage.clock.now()).toISOString(),
    data: { ...data, deadline: new Date(stage.clock.now() + 5000).toISOString() },
  };
  await stage.bus.publish(encodeEvent("main", event));
  await stage.settle();
}

describe("a rung of the wake ladder", () => {
  it("gets its machine's wakes the short way: no record, no quiet hours, no repetition", async () => {
    const me = { zone: "UTC", quiet: { from: 0, to: 1439 } };
    const stage = await set({ on: ["wake.tmux"], me });
    const other = await set({ beside: stage, machine: "box", on: ["wake.tmux"], me });
    await wake(stage);
    await wake(stage);
    expect(stage.seen.map(({ event }) => event.id)).toEqual(["w1", "w2"]);
    expect(await (await stage.bus.bucket("effects")).entries()).toEqual([]);
    expect(stage.host.views()[0]).toMatchObject({ sent: 2 });
    expect(other.host.views()[0]).toMatchObject({ sent: 0 });
  });

  it("gets one again that could not be acted on, and gives up what cannot ever be", async () => {
    const stage = await set({ on: ["wake.tmux"] });
    stage.answer = () => {
      throw new FleetError("unavailable", "typing: no tmux server");
    };
    await wake(stage);
    stage.answer = () => ({});
    await stage.clock.advance(1000);
    expect(stage.seen.map(({ event }) => event.id)).toEqual(["w1", "w1"]);
    stage.answer = () => {
      throw new FleetError("failed", "typing: no such pane");
    };
    await wake(stage);
    expect(await stage.dead()).toEqual(["typing: no such pane"]);
  });
});
