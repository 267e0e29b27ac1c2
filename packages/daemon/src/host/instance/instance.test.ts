import { afterEach, describe, expect, it } from "vitest";
import { FleetError } from "@fleetbus/core";
import type { Bucket, Bus } from "@fleetbus/core/bus";
import { fakeClock, memoryBus } from "@fleetbus/core/testing";
import { retryDead } from "../../requests/dead.ts";
import { away, name, setStage, type Stage } from "../host.test.support.ts";

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

describe("an adapter's instance", () => {
  it("sends what its route takes, once, and acknowledges it with its record", async () => {
    const stage = await set({ entry: { on: ["turn.failed"] } });
    await stage.publish("turn.failed");
    await stage.publish("session.lost");
    expect(ids(stage)).toEqual(["e1"]);
    expect(await stage.pending()).toBe(0);
    expect(await stage.host.show(name)).toMatchObject({
      state: "connected",
      sent: 1,
      pending: 0,
      last: [
        { event: "e1", kind: "turn.failed", session: "lab/web", state: "done", tries: 1, providerId: "p1" },
      ],
    });
  });

  it("tries again by time what the far side did not take, and loses nothing of an hour of HTTP 500", async () => {
    const stage = await set({ entry: { on: ["run.finished"] }, answer: away });
    await stage.publish("run.finished");
    await stage.publish("run.finished");
    await stage.clock.advance(60 * 60_000);
    expect(await stage.pending()).toBe(2);
    expect(stage.host.views()[0]).toMatchObject({ state: "failing", breaker: "open", sent: 0 });
    stage.answer = () => ({});
    await stage.clock.advance(20 * 60_000);
    expect(await stage.pending()).toBe(0);
    expect(await stage.dead()).toEqual([]);
    expect(stage.host.views()[0]).toMatchObject({ state: "connected", breaker: "closed", sent: 2 });
    expect(stage.announced.map(({ kind }) => kind)).toEqual(["adapter.failing", "adapter.recovered"]);
  });

  it("gives up after 24 hours, with the far side's words", async () => {
    const stage = await set({ entry: { on: ["run.finished"] }, answer: away });
    await stage.publish("run.finished");
    await stage.clock.advance(25 * 60 * 60_000);
    expect(await stage.dead()).toEqual(["given up after 24 hours: sending: HTTP 500, try later"]);
    expect(await stage.pending()).toBe(0);
  });

  it("puts what the far side refuses into the dead letters at once, and goes on", async () => {
    const stage = await set({
      entry: { on: ["run.finished"] },
      answer: ({ event }) => {
        if (event.id === "e1") throw new FleetError("failed", "posting: HTTP 400, no such channel");
        return {};
      },
    });
    await stage.publish("run.finished");
    await stage.publish("run.finished");
    expect(await stage.dead()).toEqual(["posting: HTTP 400, no such channel"]);
    expect(await stage.pending()).toBe(0);
    expect((await stage.host.show(name)).last?.map(({ state }) => state).toSorted()).toEqual([
      "dead",
      "done",
    ]);
  });

  it("sends a dead letter that is retried, and only where it was one", async () => {
    let isRefusing = true;
    const stage = await set({
      entry: { on: ["run.finished"], runs: "each" },
      answer: () => {
        if (!isRefusing) return {};
        isRefusing = false;
        throw new FleetError("failed", "posting: HTTP 400");
      },
    });
    await set({ beside: stage, machine: "box", entry: { on: ["run.finished"], runs: "each" } });
    await stage.publish("run.finished");
    expect(ids(stage)).toEqual(["e1", "e1"]);
    await retryDead(stage.bus, 1);
    await stage.settle();
    expect(ids(stage)).toEqual(["e1", "e1", "e1"]);
    expect(await stage.pending()).toBe(0);
    expect(await stage.dead()).toEqual([]);
  });

  it("leaves the far side alone for as long as it asks, everything of the instance with it", async () => {
    let isBusy = true;
    const stage = await set({
      entry: { on: ["run.finished"] },
      answer: () => {
        if (!isBusy) return {};
        isBusy = false;
        throw new FleetError("unavailable", "HTTP 429", { details: { retryAfterMs: 30_000 } });
      },
    });
    const begin = stage.clock.now();
    await stage.publish("run.finished");
    await stage.publish("run.finished");
    await stage.clock.advance(60_000);
    expect(stage.seen.map(({ at }) => at - begin)).toEqual([0, 30_000, 30_500]);
    expect(await stage.pending()).toBe(0);
  });

  it("is paused by a far side that is gone, with the reason, until it is resumed", async () => {
    const stage = await set({
      entry: { on: ["run.finished"] },
      answer: () => {
        throw new FleetError("not_found", "posting: HTTP 410, gone", { details: { isGone: true } });
      },
    });
    await stage.publish("run.finished");
    await stage.publish("run.finished");
    await stage.clock.advance(60_000);
    expect(ids(stage)).toEqual(["e1"]);
    expect(stage.host.views()[0]).toMatchObject({
      state: "paused",
      paused: { reason: "posting: HTTP 410, gone" },
    });

    const later = await set({ beside: stage, entry: { on: ["run.finished"] } });
    await stage.host.close();
    await later.clock.advance(60_000);
    expect(later.host.views()[0]).toMatchObject({ state: "paused" });
    stage.answer = () => ({});
    await later.host.resume(name);
    await later.clock.advance(60_000);
    expect(ids(stage)).toEqual(["e1", "e2"]);
    expect(await stage.dead()).toHaveLength(1);
  });

  it("ends a hanging send at its time, and stops in time beside one", async () => {
    const stage = await set({
      entry: { on: ["run.finished"] },
      host: { sendTimeoutMs: 50 },
      answer: ({ event }) => (event.id === "e1" ? new Promise(() => undefined) : {}),
    });
    await stage.publish("run.finished");
    await stage.publish("run.finished");
    expect(ids(stage)).toEqual(["e1", "e2"]);
    await expect.poll(() => stage.host.views()[0]?.lastError).toMatch(/no end within 0.05 s/);
    const hanging = stage.clock.advance(10_000);
    await hanging;
    const stopping = stage.host.close();
    await stage.clock.advance(1000);
    await stopping;
    expect(await stage.pending()).toBe(1);
  });

  it("whose far side took something while the server was away does not send it again", async () => {
    const stage = await set({ entry: { on: ["run.finished"] } });
    stage.answer = () => {
      stage.bus.setConnected(false);
      return {};
    };
    await stage.publish("run.finished");
    stage.bus.setConnected(true);
    await stage.clock.advance(120_000);
    expect(ids(stage)).toEqual(["e1"]);
    expect(await stage.pending()).toBe(0);
  });

  it("whose record stood though the server's word of it was lost acknowledges it, and sends nothing twice", async () => {
    const other = await set({ entry: { on: ["session.lost"], runs: "each" } });
    const joined = other.bus.join();
    let losses = 1;
    const bucket: Bus["bucket"] = async (which) => {
      const inner = await joined.bucket(which);
      const put: Bucket["put"] = async (key, value, how) => {
        const revision = await inner.put(key, value, how);
        if (new TextDecoder().decode(value).includes('"done"') && (losses -= 1) === 0)
          throw new FleetError("unavailable", "writing: no answer");
        return revision;
      };
      return { ...inner, put };
    };
    const bus = { ...joined, bucket };
    const entry = { on: ["run.finished"], runs: "each" };
    const stage = await set({ beside: other, machine: "box", entry, host: { bus } });
    await stage.publish("run.finished");
    expect(await stage.pending()).toBe(1);
    await stage.clock.advance(5000);
    expect(ids(stage)).toEqual(["e1"]);
    expect(await stage.pending()).toBe(0);
  });

  it("recognises by its record what an earlier run sent and did not acknowledge", async () => {
    const stage = await set({ entry: { on: ["run.finished"] } });
    const bucket = await stage.bus.bucket("effects");
    await stage.publish("run.finished");
    const record = await bucket.get("adapter=any=phone.e1");
    await bucket.put("adapter=any=phone.e2", record?.value ?? new Uint8Array());
    await stage.publish("run.finished");
    await stage.publish("run.finished", { id: "e2" });
    expect(ids(stage)).toEqual(["e1"]);
    expect(await stage.pending()).toBe(0);
  });

  it("whose consumers could not be had asks for them again", async () => {
    const clock = fakeClock();
    const bus = memoryBus({ ns: "main", clock });
    bus.setConnected(false);
    const stage = await set({ entry: { on: ["turn.failed"] }, host: { bus, clock } });
    expect(stage.host.views()[0]).toMatchObject({ state: "failing" });
    bus.setConnected(true);
    await clock.advance(1000);
    expect(await bus.consumers("EVENTS")).toMatchObject([{ name: "adapter=any=phone" }]);
    expect(stage.host.views()[0]).toMatchObject({ failed: 1 });
  });

  it("goes on when its consumer was removed by somebody else", async () => {
    const stage = await set({ entry: { on: ["turn.failed"] } });
    await stage.bus.join().removeConsumer("EVENTS", "adapter=any=phone");
    await stage.publish("turn.failed");
    await stage.clock.advance(1000);
    expect(ids(stage)).toEqual(["e1"]);
  });
});
