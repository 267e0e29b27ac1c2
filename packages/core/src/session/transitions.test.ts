import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sessionEventKinds } from "../event/kinds.ts";
import { foldEvent } from "./fold.ts";
import { renderTransitions } from "./render-transitions.ts";
import { stateSchema, type SessionRecord, type State } from "./record.ts";
import { situations, stepOf, transitions } from "./transitions.ts";

const clis = ["claude", "codex", "gemini", "grok", "something-else"];

function recordIn(state: State): SessionRecord {
  return {
    machine: "lab",
    name: "web",
    display: "web",
    cli: "claude",
    state,
    stateSince: "2026-01-01T00:00:00Z",
    startedAt: "2026-01-01T00:00:00Z",
    seenAt: "2026-01-01T00:00:00Z",
    hooked: true,
    wake: true,
    idleGeneration: 1,
    lastEventId: "00",
  };
}

test.each(sessionEventKinds)(
  "%s is decided for every situation and CLI by a row without a condition",
  (kind) => {
    const rows = transitions.filter((each) => each.kind === kind);
    expect(rows.filter((each) => each.cli === undefined && each.when === undefined)).toHaveLength(1);
    expect(rows.at(-1)?.when).toBeUndefined();
    for (const { to } of rows) expect(Object.keys(to)).toEqual(situations);
    for (const cli of clis) {
      for (const situation of situations) {
        const record = situation === "none" ? undefined : recordIn(situation);
        const step = stepOf(record, kind, { cli });
        expect([...stateSchema.options, "same", "skip"]).toContain(step);
      }
    }
  },
);

const combinations = clis.flatMap((cli) => sessionEventKinds.map((kind) => ({ cli, kind })));

test.each(combinations)("a fold does what the table says of $kind in $cli", ({ cli, kind }) => {
  const from = { machine: "lab", session: "web" };
  const event = {
    id: "01",
    kind,
    from,
    time: "2026-01-02T00:00:00Z",
    origin: "system" as const,
    data: { cli },
  };
  for (const situation of situations) {
    const record = situation === "none" ? undefined : recordIn(situation);
    const step = stepOf(record, kind, { cli });
    const folded = foldEvent(record, event);
    if (step === "skip") expect(folded, situation).toBe(record);
    else expect(folded?.state, situation).toBe(step === "same" ? situation : step);
  }
});

test("nothing but a start or a prompt brings an ended session back", () => {
  const ended = transitions.filter(({ to }) => !["ended", "same", "skip"].includes(to.ended));
  expect([...new Set(ended.map(({ kind }) => kind))]).toEqual(["session.started", "prompt.submitted"]);
});

test("[row 103] [row 105] idle is set by a boot, a turn's end and a limit's alone, and no event but a session's ends it by itself", () => {
  const setting = transitions.filter(({ to }) => Object.values(to).includes("idle"));
  expect([...new Set(setting.map(({ kind }) => kind))]).toEqual([
    ...["session.started", "session.unparked", "turn.stopped", "turn.failed", "turn.interrupted"],
  ]);
  expect(stepOf(undefined, "session.started", { cli: "claude", reason: "startup" })).toBe("idle");
});

test("sub-agents have no row that changes anything", () => {
  for (const { kind, to } of transitions.filter((each) => each.kind.startsWith("subagent."))) {
    expect(new Set(Object.values(to)), kind).toEqual(new Set(["skip"]));
  }
});

test("docs/states.md is the table as it stands", () => {
  const file = new URL("../../../../docs/states.md", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(renderTransitions());
});
