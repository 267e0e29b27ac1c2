import { afterEach, describe, expect, it } from "vitest";
import { adapterEntrySchema, FleetError, parseDailySpan, type FleetEvent } from "@fleetbus/core";
import {
  away,
  name,
  paperAdapter,
  plainText,
  setStage,
  type Answer,
  type Stage,
} from "./host.test.support.ts";

const stages: Stage[] = [];

async function set(...options: Parameters<typeof setStage>): Promise<Stage> {
  const stage = await setStage(...options);
  stages.push(stage);
  return stage;
}

afterEach(async () => {
  await Promise.all(stages.splice(0).map(({ host }) => host.close()));
});

const event: FleetEvent = {
  id: "e1",
  kind: "turn.failed",
  from: { machine: "lab", session: "web" },
  time: "2026-01-01T00:00:00.000Z",
  origin: "system",
  data: { cli: "claude" },
};

describe("the host", () => {
  it("says of an event what each adapter would do with it, and why not", async () => {
    const stage = await set({
      entry: { on: ["turn.failed"], priority: "urgent", roles: ["frontend"], quiet: "hold" },
      me: { zone: "UTC", quiet: parseDailySpan("23:00-01:00") },
    });
    expect(await stage.host.explain(event)).toMatchObject([
      {
        ...{ adapter: name, type: "paper", isMatch: false, priority: "high" },
        checks: [
          { rule: "on", isOk: true },
          { rule: "priority", isOk: false, text: "its priority is high, below urgent" },
          { rule: "roles", isOk: true },
        ],
        heldUntil: "2026-01-01T01:00:00.000Z",
      },
    ]);
    expect(await stage.host.explain({ ...event, kind: "turn.stopped" })).toMatchObject([
      { isForResolving: true },
    ]);
  });

  it("shows what it would send, and sends one outside of all rules", async () => {
    const stage = await set({ text: plainText, entry: { on: ["session.lost"], daily: 1 } });
    const dry = await stage.host.send(name, event, { isDryRun: true });
    expect(dry.notices).toHaveLength(1);
    expect(dry.receipt).toBeUndefined();
    expect(stage.seen).toEqual([]);
    expect(await stage.host.send(name, event)).toMatchObject({ receipt: { providerId: "p1" } });
    expect(stage.seen[0]?.notice).toEqual(dry.notices[0]);
    await expect(stage.host.send("fone", event)).rejects.toMatchObject({ code: "not_found" });
  });

  it("pauses and resumes by name; what comes meanwhile is sent after", async () => {
    const stage = await set({ entry: { on: ["run.finished"] } });
    expect(await stage.host.pause(name, "on holiday")).toMatchObject({
      state: "paused",
      paused: { reason: "on holiday" },
    });
    await stage.publish("run.finished");
    await stage.clock.advance(3_600_000);
    expect(stage.seen).toEqual([]);
    expect(await stage.host.show(name)).toMatchObject({ pending: 1, paused: { reason: "on holiday" } });
    expect(await stage.host.resume(name)).toMatchObject({ state: "connected" });
    await stage.clock.advance(60_000);
    expect(stage.seen).toHaveLength(1);
    expect(stage.announced.map(({ kind, data }) => [kind, data["adapter"]])).toEqual([
      ["adapter.paused", name],
      ["adapter.resumed", name],
    ]);
  });

  it("leaves alone what a changed config leaves as it was, restarts what it changes, and ends what is gone", async () => {
    const stage = await set({ entry: { on: ["run.finished"] } });
    stage.answer = async (_, signal) => {
      await stage.clock.sleep(5000, signal);
      return {};
    };
    await stage.publish("run.finished");
    await stage.apply();
    await stage.clock.advance(5000);
    expect(stage.seen).toHaveLength(1);
    expect(await stage.pending()).toBe(0);

    await stage.apply({ on: ["session.lost"] });
    await stage.settle();
    await stage.publish("run.finished");
    await stage.publish("session.lost");
    await stage.clock.advance(5000);
    expect(stage.seen.map(({ event: { kind } }) => kind)).toEqual(["run.finished", "session.lost"]);

    await stage.host.apply({ entries: [], me: {} });
    expect(stage.host.views()).toEqual([]);
  });

  it("lets one that hangs and one whose far side is away delay no other", async () => {
    const stage = await set({ entry: { on: ["run.finished"] } });
    const at = new Map<string, number>();
    const answers: readonly (readonly [string, Answer])[] = [
      ["hanging", () => new Promise(() => undefined)],
      ["away", away],
      ["well", ({ event: { id } }) => (at.set(id, stage.clock.now()), {})],
    ];
    const entries = answers.map(([each, answer]) => ({
      entry: adapterEntrySchema.parse({ name: each, type: "paper", on: ["run.finished"] }),
      adapter: paperAdapter({}, answer, { seen: [], clock: stage.clock }),
      config: {},
    }));
    await stage.host.apply({ entries, me: {} });
    await stage.settle();
    const begin = stage.clock.now();
    for (let index = 0; index < 200; index += 1) await stage.publish("run.finished");
    expect(at.size).toBe(200);
    expect(new Set(at.values())).toEqual(new Set([begin]));
    expect(stage.host.views().map(({ name: each, state }) => `${each} ${state}`)).toEqual([
      "hanging connected",
      "away failing",
      "well connected",
    ]);
    const closing = stage.host.close();
    await stage.clock.advance(1000);
    await closing;
  });

  it("shows one that cannot be started as failing, with the reason, and runs the others", async () => {
    const stage = await set({ entry: { on: ["run.finished"] } });
    const entry = adapterEntrySchema.parse({ name: "broken", type: "paper" });
    const error = new FleetError("config", "reading secret env:NOPE: it is not set");
    const own = adapterEntrySchema.parse({ name, type: "paper", on: ["run.finished"] });
    await stage.host.apply({
      entries: [
        { entry: own, adapter: stage.adapter, config: {} },
        { entry, error },
      ],
      me: {},
    });
    expect(stage.host.views()).toMatchObject([
      { name, state: "connected" },
      { name: "broken", state: "failing", lastError: error.message },
    ]);
    await expect(stage.host.show("broken")).rejects.toBe(error);
    stage.host.refused("/etc/fleet.toml", error);
    expect(stage.host.problem()).toBe(error.message);
    expect(stage.announced.at(-1)?.kind).toBe("daemon.config-refused");
    await stage.apply();
    expect(stage.host.problem()).toBeUndefined();
  });
});
