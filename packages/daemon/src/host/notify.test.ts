import { FleetError, type FleetEvent } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { away, name, setStage } from "./host.test.support.ts";

const hour = 3_600_000;
const event = (change: Partial<FleetEvent> = {}): FleetEvent => ({
  ...{ id: "n1", kind: "message.received", from: { machine: "lab", session: "me" } },
  ...{ time: "2026-01-01T00:00:00.000Z", origin: "agent", data: { priority: "high" }, ...change },
});
const how = () => ({ isResolved: false, signal: new AbortController().signal });
/** Its route takes nothing of what is notified here. */
const entry = { on: ["run.finished"] };

describe("what is addressed to one adapter", () => {
  test("is sent without its route, once per event, also by a later run", async () => {
    const stage = await setStage({ entry });
    const [first, second] = [
      await stage.host.notify(name, event(), how()),
      await stage.host.notify(name, event(), how()),
    ];
    expect(first).toEqual({ type: "sent", atMs: stage.clock.now() });
    expect(second).toEqual(first);
    const later = await setStage({ entry, beside: stage });
    expect(await later.host.notify(name, event(), how())).toEqual(first);
    expect(stage.seen.map((one) => [one.event.id, one.notice.isResolved])).toEqual([["n1", false]]);
  });

  test("is not sent again where its route brought it, nor by its route after it was notified", async () => {
    const stage = await setStage({ entry: { on: ["run.finished"] } });
    const published = await stage.publish("run.finished");
    expect(await stage.host.notify(name, published, how())).toMatchObject({ type: "sent" });
    const other = event({ id: "e2", kind: "run.finished" });
    await stage.host.notify(name, other, how());
    await stage.publish("run.finished", { id: "e2" });
    expect(stage.seen.map((one) => one.event.id)).toEqual([published.id, "e2"]);
    expect(await stage.pending()).toBe(0);
  });

  test("is held in quiet hours unless it is urgent", async () => {
    const startMs = Date.UTC(2026, 0, 1, 23);
    const me = { zone: "UTC", quiet: { from: 22 * 60, to: 7 * 60 } };
    const stage = await setStage({ entry: { ...entry, quiet: "hold" }, me, startMs });
    const untilMs = startMs + 8 * hour;
    expect(await stage.host.notify(name, event(), how())).toEqual({ type: "held", untilMs });
    const urgent = event({ id: "n2", data: { priority: "urgent" } });
    expect(await stage.host.notify(name, urgent, how())).toMatchObject({ type: "sent" });
    await stage.clock.advance(8 * hour);
    expect(await stage.host.notify(name, event(), how())).toMatchObject({ type: "sent" });
    expect(stage.seen.map((one) => one.event.id)).toEqual(["n2", "n1"]);
  });

  test("waits for its next try where the far side is away, and is asked for no sooner", async () => {
    const stage = await setStage({ entry, answer: away });
    const later = await stage.host.notify(name, event(), how());
    expect(later).toMatchObject({ type: "later", reason: expect.stringContaining("HTTP 500") });
    expect(await stage.host.notify(name, event(), how())).toEqual(later);
    expect(stage.seen).toHaveLength(1);
    stage.answer = () => ({});
    await stage.clock.advance(later.type === "later" ? later.untilMs - stage.clock.now() : 0);
    expect(await stage.host.notify(name, event(), how())).toMatchObject({ type: "sent" });
  });

  test("fails for good where the far side refuses it, and leaves no dead letter", async () => {
    const stage = await setStage({ entry });
    stage.answer = () => {
      throw new FleetError("refused", "sending: HTTP 403");
    };
    for (const _ of [1, 2])
      expect(await stage.host.notify(name, event(), how())).toEqual({
        type: "failed",
        reason: "sending: HTTP 403",
      });
    expect(stage.seen).toHaveLength(1);
    expect(await stage.dead()).toEqual([]);
  });

  test("waits while the adapter is paused, and names the adapters where there is no such", async () => {
    const stage = await setStage({ entry });
    await stage.host.pause(name, "holiday");
    const paused = await stage.host.notify(name, event(), how());
    expect(paused).toMatchObject({ type: "later", reason: "it is paused: holiday" });
    await stage.host.resume(name);
    expect(await stage.host.notify(name, event(), how())).toMatchObject({ type: "sent" });
    await expect(stage.host.notify("fone", event(), how())).rejects.toThrow(
      'notifying by adapter "fone": there are phone',
    );
  });
});
