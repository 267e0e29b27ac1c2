import { afterEach, describe, expect, it } from "vitest";
import { bareNotice, type FleetEvent } from "@fleetbus/core";
import { name, plainText, setStage, type Stage } from "../host.test.support.ts";

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
const hour = 60 * minute;
/** 23:00 in Berlin, in winter. */
const night = Date.UTC(2026, 0, 10, 22);

describe("an adapter's rate and cap", () => {
  it("space sends, and lose nothing", async () => {
    const stage = await set({ entry: { on: ["run.finished"], rate: "2/m" } });
    const begin = stage.clock.now();
    for (let index = 0; index < 5; index += 1) await stage.publish("run.finished");
    await stage.clock.advance(3 * minute);
    expect(stage.seen.map(({ at }) => (at - begin) / minute)).toEqual([0, 0, 1, 1, 2]);
    expect(await stage.pending()).toBe(0);
  });

  it("hold what is over the daily cap till the next day in the user's zone, over restarts", async () => {
    const entry = { on: ["run.finished"], daily: 2, quiet: "ignore" };
    const stage = await set({ startMs: night, me: { zone: "Europe/Berlin" }, entry });
    for (let index = 0; index < 3; index += 1) await stage.publish("run.finished");
    await stage.host.close();
    const later = await set({ beside: stage, me: { zone: "Europe/Berlin" }, entry });
    await later.publish("run.finished");
    expect(ids(stage)).toEqual(["e1", "e2"]);
    expect(later.host.views()[0]).toMatchObject({ held: 2, heldUntil: "2026-01-10T23:00:00.000Z" });
    await later.clock.advance(hour);
    expect(ids(stage).toSorted()).toEqual(["e1", "e2", "e3", "e4"]);
  });

  it("count no send that failed", async () => {
    let isAway = true;
    const stage = await set({ entry: { on: ["run.finished"], daily: 1 } });
    stage.answer = () => {
      if (isAway) throw new Error("HTTP 400");
      return {};
    };
    await stage.publish("run.finished");
    isAway = false;
    await stage.publish("run.finished");
    expect(ids(stage)).toEqual(["e1", "e2"]);
  });
});

describe("a digest", () => {
  const entry = { on: ["run.finished", "message.received"], digest: "5m" };

  it("is one notice of all that came within its window, urgent things apart", async () => {
    const stage = await set({ text: plainText, entry });
    for (let index = 0; index < 3; index += 1) await stage.publish("run.finished");
    await stage.publish("message.received", { data: { priority: "urgent" } });
    expect(ids(stage)).toEqual(["e4"]);
    await stage.clock.advance(5 * minute);
    expect(stage.seen).toHaveLength(2);
    expect(stage.seen[1]?.event).toMatchObject({
      kind: "adapter.digest",
      id: stage.seen[1]?.notice.id,
      data: { events: ["e1", "e2", "e3"] },
    });
    expect(await stage.pending()).toBe(0);
    expect((await stage.host.show(name)).last).toHaveLength(4);
  });

  it("waits at the server: a run that ends before its time loses nothing", async () => {
    const stage = await set({ text: plainText, entry });
    await stage.publish("run.finished");
    await stage.publish("run.finished");
    await stage.host.close();
    expect(stage.seen).toEqual([]);
    await set({ beside: stage, text: plainText, entry });
    await stage.clock.advance(5 * minute);
    expect(stage.seen.map(({ event }) => event.data["events"])).toEqual([["e1", "e2"]]);
  });
});

describe("a digest that a kill cut off", () => {
  const entry = { on: ["run.finished"], digest: "5m" };
  /** A run that hangs in the send of two events, and another one after it. */
  const killed = async () => {
    const hanging = () => new Promise<never>(() => undefined);
    const stage = await set({ text: plainText, entry, answer: hanging });
    await stage.publish("run.finished");
    await stage.publish("run.finished");
    await stage.clock.advance(5 * minute);
    const closing = stage.host.close();
    await stage.clock.advance(1000);
    await closing;
    stage.answer = () => ({});
    return stage;
  };

  it("goes again under the same id, at once, with what came since apart", async () => {
    const stage = await killed();
    await stage.publish("run.finished");
    await set({ beside: stage, text: plainText, entry });
    expect(stage.seen.map(({ event }) => event.data["events"])).toEqual([
      ["e1", "e2"],
      ["e1", "e2"],
    ]);
    expect(stage.seen[1]?.notice.id).toBe(stage.seen[0]?.notice.id);
    await stage.clock.advance(5 * minute);
    expect(stage.seen[2]?.event.id).toBe("e3");
    expect(await stage.pending()).toBe(0);
  });

  it("does not go again when one of its events is known to be sent", async () => {
    const stage = await killed();
    const bucket = await stage.bus.bucket("effects");
    const one = await bucket.get("adapter=any=phone.e1");
    const record: unknown = JSON.parse(new TextDecoder().decode(one?.value));
    const done = JSON.stringify({ ...Object(record), state: "done" });
    await bucket.put("adapter=any=phone.e1", new TextEncoder().encode(done));
    await set({ beside: stage, text: plainText, entry });
    await stage.clock.advance(5 * minute);
    expect(stage.seen).toHaveLength(1);
    expect(await stage.pending()).toBe(0);
  });
});

describe("a send", () => {
  it("does not overlap another where the far side wants them in order", async () => {
    let open = 0;
    let most = 0;
    const stage = await set({ traits: { ordered: true }, entry: { on: ["run.finished"] } });
    stage.answer = async () => {
      most = Math.max(most, (open += 1));
      await stage.clock.sleep(1000);
      open -= 1;
      return {};
    };
    for (let index = 0; index < 4; index += 1) await stage.publish("run.finished");
    await stage.clock.advance(5000);
    expect([ids(stage), most]).toEqual([["e1", "e2", "e3", "e4"], 1]);
  });

  it("of a text in parts goes on with the part that was not taken", async () => {
    const noticesOf = (event: FleetEvent) =>
      [1, 2, 3].map((number) => bareNotice(event, { part: { number, of: 3 } }));
    let isAway = true;
    const stage = await set({
      text: plainText,
      entry: { on: ["run.finished"] },
      host: { render: { noticesOf, digestOf: () => [] } },
    });
    stage.answer = ({ notice }) => {
      if (notice.part?.number === 2 && isAway) {
        isAway = false;
        throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
      }
      return {};
    };
    await stage.publish("run.finished");
    await stage.clock.advance(5000);
    const numbers = stage.seen.map(({ notice }) => notice.part?.number);
    expect(numbers).toEqual([1, 2, 2, 3]);
    expect(await stage.pending()).toBe(0);
  });
});
