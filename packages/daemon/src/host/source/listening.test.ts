import { describe, expect, it } from "vitest";
import { FleetError } from "@fleetbus/core";
import { earStages, friend } from "./source.test.support.ts";

const set = earStages();
const replies = { from: [friend.id], to: "web", confirm: "never" };
const exclusive = { traits: { isExclusive: true }, replies };

describe("an adapter that can listen", () => {
  it("does not where its entry has no replies: its notices have no offer either", async () => {
    const stage = await set({ replies: null });
    await stage.publish("turn.failed");
    expect(stage.far.opened).toBe(0);
    expect(stage.far.seen[0]?.notice.reply).toBeUndefined();
    expect(stage.host.views()[0]).not.toHaveProperty("inbound");
  });

  it("does where it can do nothing else, and takes no event", async () => {
    const stage = await set({ hasSink: false, replies: null, traits: { vouches: "signature" } });
    expect(stage.host.views()).toMatchObject([
      { state: "connected", on: [], inbound: { isListening: true } },
    ]);
    expect(await stage.bus.consumers("EVENTS")).toEqual([]);
    const sending = {
      code: "usage",
      message: expect.stringMatching(/only listens.*fleet adapter show phone/),
    };
    const event = await stage.publish("turn.failed");
    await expect(stage.host.send("phone", event)).rejects.toMatchObject(sending);
    await expect(stage.host.send("phone", event, { isDryRun: true })).rejects.toMatchObject(sending);
    const signal = new AbortController().signal;
    await expect(stage.host.notify("phone", event, { isResolved: false, signal })).rejects.toMatchObject(
      sending,
    );
    expect(await stage.host.show("phone")).toMatchObject({ state: "connected", pending: 0 });
    const told = await stage.text("@web hello");
    expect(told).toMatchObject({ type: "ack", answer: { line: 'to lab/web: "hello"?' } });
    await expect(stage.host.pause("phone", "enough")).resolves.toMatchObject({ state: "paused" });
    await stage.settle();
    expect(stage.far.listening).toBe(0);
  });

  it("fails by itself: it is tried again with back-off, shown as failing, and its sink goes on", async () => {
    const stage = await set({ replies });
    stage.far.fails = new FleetError("unauthorized", "listening: HTTP 401");
    await stage.clock.advance(100);
    expect(stage.inbound()).toMatchObject({ isListening: false, lastError: "listening: HTTP 401" });
    await stage.publish("turn.failed");
    expect(stage.far.seen).toHaveLength(1);
    expect(stage.host.views()).toMatchObject([{ state: "connected", sent: 1, failed: 0 }]);
    await stage.clock.advance(1000);
    expect(stage.inbound()).toMatchObject({ isListening: true });
    expect(stage.inbound().lastError).toBeUndefined();
    expect(await stage.text("hello")).toMatchObject({ type: "ack" });
  });

  it("asks a far side that is away less and less often, and not before the time that it names", async () => {
    const stage = await set({ replies });
    const details = { retryAfterMs: 120_000 };
    stage.far.fails = new FleetError("unavailable", "listening: HTTP 429", { details });
    await stage.clock.advance(119_000);
    expect(stage.inbound()).toMatchObject({ isListening: false });
    await stage.clock.advance(2000);
    expect(stage.inbound()).toMatchObject({ isListening: true });
  });

  it("does not listen while it is paused, also by another machine, and does again after", async () => {
    const stage = await set({ replies });
    const other = await set({ replies, beside: stage, machine: "box" });
    expect(stage.far.listening).toBe(2);
    await stage.host.pause("phone", "at the cinema");
    await stage.settle();
    expect(stage.inbound()).toMatchObject({ isListening: false });
    expect(stage.far.listening).toBe(1);
    await stage.clock.advance(11_000);
    expect(other.inbound()).toMatchObject({ isListening: false });
    expect(stage.far.listening).toBe(0);
    await other.host.resume("phone");
    await other.settle();
    expect(other.inbound()).toMatchObject({ isListening: true });
    await stage.clock.advance(11_000);
    expect(stage.far.listening).toBe(2);
  });

  it("ends with its host, and begins anew with another config", async () => {
    const stage = await set({ replies });
    await stage.apply({ replies: { ...replies, rate: "5/m" } });
    await stage.settle();
    expect(stage.far).toMatchObject({ opened: 2, listening: 1 });
    await stage.apply({ replies: undefined });
    await stage.settle();
    expect(stage.far).toMatchObject({ opened: 2, listening: 0 });
    await stage.apply({ replies });
    await stage.settle();
    await stage.host.close();
    expect(stage.far).toMatchObject({ opened: 3, listening: 0 });
  });
});

describe("a far side that knows one listener", () => {
  it("is listened to by one of the machines; the next one takes over when that one stops", async () => {
    const lab = await set(exclusive);
    const box = await set({ ...exclusive, beside: lab, machine: "box" });
    expect(lab.inbound()).toMatchObject({ isListening: true });
    expect(box.inbound()).toMatchObject({ isListening: false, elsewhere: "lab" });
    await lab.clock.advance(120_000);
    expect(lab.far).toMatchObject({ opened: 1, listening: 1 });
    await lab.host.close();
    await box.clock.advance(6000);
    expect(box.inbound()).toMatchObject({ isListening: true });
    expect(box.inbound().elsewhere).toBeUndefined();
    await box.text("hello");
    expect(box.posts).toMatchObject([{ machine: "box", body: "hello" }]);
  });

  it("is the next one's within half a minute where that one died without a word", async () => {
    const lab = await set(exclusive);
    const box = await set({ ...exclusive, beside: lab, machine: "box" });
    lab.bus.setConnected(false); // its server is away for it alone: it lets go before its time is over
    await lab.clock.advance(29_000);
    expect(lab.inbound()).toMatchObject({ isListening: false });
    await lab.clock.advance(10_000);
    expect(box.inbound()).toMatchObject({ isListening: true });
    lab.bus.setConnected(true);
    await lab.clock.advance(70_000);
    expect(lab.inbound()).toMatchObject({ isListening: false, elsewhere: "box" });
    expect(lab.far.listening).toBe(1);
  });

  it("is its own machine's again at once after a kill", async () => {
    const lab = await set(exclusive);
    lab.bus.setConnected(false);
    const again = await set({ ...exclusive, beside: lab });
    expect(again.inbound()).toMatchObject({ isListening: true });
    expect(again.inbound().elsewhere).toBeUndefined();
  });
});
