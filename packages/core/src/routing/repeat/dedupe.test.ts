import { describe, expect, it, test } from "vitest";
import type { FleetEvent } from "../../event/event.ts";
import { dedupe, untold, type DedupeRules, type DedupeVerdict, type ToldList } from "./dedupe.ts";
import { endingKinds, stateChangeOf } from "./states.ts";

const start = Date.UTC(2026, 0, 1);
const rules: DedupeRules = { windowMs: 600_000, isResolving: true, isTaken: true };

const event = (id: string, kind: string, minute: number, data: FleetEvent["data"] = {}): FleetEvent => ({
  id,
  kind,
  from: { machine: "lab", session: "web" },
  time: new Date(start + minute * 60_000).toISOString(),
  origin: "system",
  data,
});

function listOf(verdict: DedupeVerdict): ToldList {
  return verdict.type === "tell" ? verdict.list : [];
}

/** Tells events in order, as an adapter that takes all of them. */
function tellAll(...events: readonly FleetEvent[]): ToldList {
  return events.reduce<ToldList>((told, each, seq) => listOf(dedupe(told, { event: each, seq }, rules)), []);
}

const failed = event("e1", "turn.failed", 0);

describe("the same state of a session", () => {
  it("is told once within the window, unless another state came in between", () => {
    const told = tellAll(failed);
    const again = dedupe(told, { event: event("e2", "turn.failed", 9), seq: 9 }, rules);
    expect(again).toMatchObject({ type: "compare", sinceSeq: 0, again: { type: "tell" } });
  });

  it("is told again after the window", () => {
    const verdict = dedupe(tellAll(failed), { event: event("e2", "turn.failed", 10), seq: 9 }, rules);
    expect(verdict).toMatchObject({ type: "tell" });
    expect(listOf(verdict).map(({ id }) => id)).toEqual(["e1", "e2"]);
  });

  it("is told once for each try of one event", () => {
    const told = tellAll(failed);
    expect(dedupe(told, { event: failed, seq: 0 }, rules)).toEqual({ type: "tell", list: told });
  });

  it("is another than another state", () => {
    const lost = event("e2", "session.lost", 1);
    expect(dedupe(tellAll(failed), { event: lost, seq: 1 }, rules).type).toBe("tell");
  });

  it("does not hold back what is no state", () => {
    const told = tellAll(event("e1", "run.finished", 0));
    expect(told).toEqual([]);
    expect(dedupe(told, { event: event("e2", "run.finished", 0), seq: 1 }, rules).type).toBe("tell");
  });

  it("counts as not told once it ended in the dead letters", () => {
    const told = untold(tellAll(failed), "e1");
    expect(dedupe(told, { event: event("e2", "turn.failed", 1), seq: 1 }, rules).type).toBe("tell");
  });
});

describe("a state that is over", () => {
  const ending = { ...rules, isTaken: false };

  test.each([
    ["turn.failed", "turn.stopped"],
    ["permission.requested", "permission.resolved"],
    ["session.lost", "session.started"],
  ])("%s is resolved by %s, once", (kind, by) => {
    const told = tellAll(event("e1", kind, 0));
    const verdict = dedupe(told, { event: event("e2", by, 1), seq: 1 }, ending);
    expect(verdict).toMatchObject({ type: "tell", resolves: { id: "e1" } });
    const retried = dedupe(listOf(verdict), { event: event("e2", by, 1), seq: 1 }, ending);
    expect(retried).toMatchObject({ type: "tell", resolves: { id: "e1" } });
    expect(dedupe(listOf(verdict), { event: event("e3", by, 2), seq: 2 }, ending).type).toBe("skip");
  });

  it("is told only where its beginning was", () => {
    expect(dedupe([], { event: event("e2", "turn.stopped", 1), seq: 1 }, ending).type).toBe("skip");
  });

  it("is not ended by what was stored before it", () => {
    const told: ToldList = [{ id: "e1", seq: 5, state: "failed", atMs: start }];
    expect(dedupe(told, { event: event("e0", "turn.stopped", 0), seq: 4 }, ending).type).toBe("skip");
  });

  it("is not ended by a stop that is an error itself", () => {
    const stop = event("e2", "turn.stopped", 1, { outcome: "error" });
    expect(dedupe(tellAll(failed), { event: stop, seq: 1 }, ending).type).toBe("skip");
    expect(stateChangeOf(stop)?.ends).toEqual([]);
  });

  it("is not told by an adapter that does not resolve", () => {
    const silent = { ...ending, isResolving: false };
    const stop = event("e2", "turn.stopped", 1);
    expect(dedupe(tellAll(failed), { event: stop, seq: 1 }, silent).type).toBe("skip");
  });
});

test.each([
  [["turn.failed"], ["turn.stopped"]],
  [
    ["permission.requested", "session.lost"],
    ["permission.resolved", "session.started"],
  ],
  [["run.finished"], []],
])("who takes %j listens to %j too", (on, also) => {
  expect(endingKinds((kind) => on.includes(kind))).toEqual(also);
});
