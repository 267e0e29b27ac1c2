import type { SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchStalls } from "./stalls.ts";
import { crew, type Crew } from "./supervision.test.support.ts";

const minuteMs = 60_000;

let at: Crew;
let ending: AbortController;
let watching: Promise<void>;
let written: number;
let noted: string[];

beforeEach(() => {
  at = crew();
  ending = new AbortController();
  written = 0;
  noted = [];
  const live = () => at.deps.all().filter(({ state }: SessionRecord) => state !== "ended");
  watching = watchStalls(
    {
      ...{ clock: at.clock, live, afterMs: () => 30 * minuteMs },
      signsOfLife: (name) => at.outcomes.signsOfLife(name),
      changedAt: () => written,
      note: ({ name }, { kind }) => noted.push(`${name} ${kind}`),
      onStalled: (record, evidence) => at.outcomes.stalled(record, evidence),
    },
    ending.signal,
  );
});
afterEach(async () => {
  ending.abort();
  await at.clock.advance(minuteMs);
  await watching;
});

/** In steps, as time goes. */
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) await at.clock.advance(minuteMs);
}

describe("a turn without a sign of life", () => {
  it("[case 19] reaches the supervisor without any Stop, once, and stays the turn that it is", async () => {
    at.work("web", { parent: "boss", transcript: "/t" });
    await at.hear("web", "tool.started", { tool: "Bash" });
    await pass(29);
    expect(at.told).toEqual([]);
    await pass(60);
    expect(at.told).toHaveLength(1);
    expect(at.told[0]).toMatchObject({
      ...{ to: { machine: "lab", session: "boss" }, priority: "normal" },
      subject: "web: has stalled: its turn goes on, and nothing is heard of it",
    });
    expect(at.told[0]?.body).toMatch(
      /; Bash runs\.\n\nReason: no event and nothing in its file of the conversation for 30m/,
    );
    expect(noted).toEqual(["web turn.stalled"]);
    expect(at.record("web")?.state).toBe("busy");
  });

  it("is told again when it went on and then stalled again", async () => {
    at.work("web", { parent: "boss" });
    await pass(40);
    await at.hear("web", "tool.started", { tool: "Bash" });
    await pass(40);
    expect(at.told.map(({ priority }) => priority)).toEqual(["high", "normal"]);
    expect(new Set(at.told.map(({ id }) => id)).size).toBe(2);
  });

  it.each([
    ["its transcript grows", () => (written += 1)],
    ["its sub-agents' hooks call", () => at.outcomes.flush("web")],
    ["its machine was asleep", () => at.clock.jump(8 * 60 * minuteMs)],
  ])("is none while %s", async (_, live) => {
    at.work("web", { parent: "boss", transcript: "/t" });
    for (const minutes of [9, 9, 9]) {
      await pass(minutes);
      live();
    }
    await pass(2);
    expect(at.told).toEqual([]);
  });

  it.each([
    ["waits for its human", "permission.requested"],
    ["is idle", "turn.stopped"],
  ])("is none of a session that %s", async (_, kind) => {
    at.work("web", { parent: "boss" });
    await at.hear("web", kind);
    at.told.length = 0;
    await pass(60);
    expect(at.told).toEqual([]);
  });
});
