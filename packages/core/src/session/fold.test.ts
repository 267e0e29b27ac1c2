import { describe, expect, test } from "vitest";
import type { FleetEvent } from "../event/event.ts";
import { sessionEventKinds } from "../event/kinds.ts";
import { foldEvent, foldEvents } from "./fold.ts";
import type { SessionRecord } from "./record.ts";

type Said = readonly [kind: string, data?: Readonly<Record<string, unknown>>];

function eventsOf(said: readonly Said[], first = 1): readonly FleetEvent[] {
  return said.map(([kind, data], index) => ({
    id: String(first + index).padStart(6, "0"),
    kind,
    from: { machine: "lab", session: "web" },
    time: timeOf(first + index),
    origin: "system",
    data: { cli: "claude", ...data },
  }));
}

function timeOf(n: number): string {
  return new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
}

function fold(...said: readonly Said[]): SessionRecord {
  const record = foldEvents(eventsOf(said));
  if (record === undefined) throw new Error("no session came of it");
  return record;
}

const started: Said = ["session.started", { reason: "startup", pid: 7, cliSession: "a" }];
const prompt: Said = ["prompt.submitted", { prompt: "do it", promptId: "p1" }];
const tool: Said = ["tool.started", { tool: "Bash" }];
const stopped: Said = ["turn.stopped", { lastText: "did it", promptId: "p1" }];

describe("states", () => {
  test.each<[string, readonly Said[], string]>([
    ["a proven boot", [started], "idle"],
    ["a first prompt whose start was missed", [prompt], "busy"],
    ["a prompt", [started, prompt], "busy"],
    ["a turn's end", [started, prompt, stopped], "idle"],
    ["our own continuation of it", [started, prompt, stopped, ["turn.continued"]], "busy"],
    ["a failed turn", [started, prompt, ["turn.failed", { error: "529" }]], "idle"],
    ["an interrupted turn", [started, prompt, tool, ["turn.interrupted"]], "idle"],
    ["a usage limit", [started, prompt, ["turn.parked", { until: timeOf(99) }]], "parked"],
    ["a dialog", [started, prompt, tool, ["permission.requested", { tool: "Bash" }]], "waiting"],
    ["its answer", [started, prompt, tool, ["permission.requested"], ["permission.resolved"]], "busy"],
    [
      "the tool that ran after it",
      [started, prompt, tool, ["permission.requested"], ["tool.finished"]],
      "busy",
    ],
    ["Esc on it", [started, prompt, tool, ["permission.requested"], ["turn.interrupted"]], "idle"],
    ["its end", [started, ["session.ended", { reason: "other" }]], "ended"],
    ["its loss", [started, prompt, ["session.lost"]], "lost"],
    ["a hook of a session thought lost", [started, ["session.lost"], prompt], "busy"],
    ["a loss noticed after the end", [started, ["session.ended"], ["session.lost"]], "ended"],
    ["a late stop after the end", [started, ["session.ended"], stopped], "ended"],
    [
      "a compaction in the middle of a turn",
      [started, prompt, tool, ["session.started", { reason: "compact" }]],
      "busy",
    ],
    ["/clear", [started, prompt, stopped, ["session.ended", { reason: "clear", cliSession: "a" }]], "idle"],
    ["a reader's discovery", [["session.started", { hooked: false, pid: 7 }]], "starting"],
    ["a notification of an unknown session", [["notification.raised"]], "starting"],
  ])("%s makes it so", (_, said, state) => {
    expect(fold(...said).state).toBe(state);
  });

  test("an event that only ends or describes a session makes none", () => {
    for (const kind of [
      "session.ended",
      "session.lost",
      "session.renamed",
      "turn.interrupted",
      "subagent.stopped",
    ]) {
      expect(foldEvents(eventsOf([[kind, { to: "api" }]])), kind).toBeUndefined();
    }
  });

  test.each(["claude", "codex", "gemini"])(
    "[case 4] a tool event of %s means busy, also out of idle",
    (cli) => {
      for (const kind of ["tool.started", "tool.finished", "tool.failed"]) {
        const idle = fold([...started], ["turn.stopped", { cli }]);
        expect(idle.state).toBe("idle");
        const [event] = eventsOf([[kind, { cli, tool: "Bash" }]], 10);
        expect(event && foldEvent(idle, event)?.state, kind).toBe("busy");
      }
    },
  );

  test("[case 1] a stop sets idle and the time of activity, but not that of tool activity", () => {
    const record = fold(started, prompt, tool, ["tool.finished", { tool: "Bash" }], stopped);
    expect(record).toMatchObject({
      state: "idle",
      stateSince: timeOf(5),
      seenAt: timeOf(5),
      toolAt: timeOf(4),
    });
    expect(record.tool).toBeUndefined();
  });

  test("a stop with background tasks still running is idle too", () => {
    expect(fold(started, prompt, ["turn.stopped", { backgroundTasks: 2 }]).state).toBe("idle");
  });

  test("codex is busy from its start on, for it tells of itself with the first prompt", () => {
    expect(fold(["session.started", { cli: "codex", reason: "startup" }]).state).toBe("busy");
  });

  test("a start that comes after the first prompt of the same run keeps it busy", () => {
    const late: Said = ["session.started", { cli: "grok", cliSession: "a", reason: "new" }];
    expect(fold(["prompt.submitted", { cli: "grok", cliSession: "a" }], late).state).toBe("busy");
  });
});

describe("outcomes", () => {
  test.each<[string, readonly Said[], string | undefined]>([
    ["a stop", [stopped], "done"],
    ["a stop that names one", [["turn.stopped", { outcome: "blocked" }]], "blocked"],
    ["a failure", [["turn.failed"]], "error"],
    ["a failure beside the limit that parked it", [["turn.parked"], ["turn.failed"]], "parked"],
    ["an interruption", [["turn.interrupted"]], "interrupted"],
    ["a reader's idle after a stop", [stopped, ["turn.interrupted"]], "done"],
    ["an exit in mid-turn", [["session.ended", { reason: "other" }]], "interrupted"],
    ["a crash in mid-turn", [["session.lost"]], "unknown"],
    ["a crash between turns", [stopped, ["session.lost"]], "done"],
    ["the next prompt", [stopped, prompt], undefined],
  ])("%s leaves its own", (_, said, outcome) => {
    expect(fold(started, prompt, ...said).outcome).toBe(outcome);
  });

  test("an interrupted turn does not show the text of the one before", () => {
    expect(fold(started, prompt, stopped, prompt, ["turn.interrupted"]).lastText).toBeUndefined();
  });

  const parked = [prompt, ["turn.parked", { until: timeOf(60) }]] satisfies readonly Said[];

  test("[want 11] a parked session knows until when, and is idle in a new idle period when that is said to be over", () => {
    const before = fold(started, ...parked);
    expect(before).toMatchObject({ state: "parked", parkedUntil: timeOf(60) });
    const after = fold(started, ...parked, ["session.unparked"]);
    expect(after).toMatchObject({ state: "idle", idleGeneration: before.idleGeneration + 1 });
    expect(after).not.toHaveProperty("parkedUntil");
  });

  test("a prompt ends parking at once, and what then says that it is over changes nothing", () => {
    const after = fold(started, ...parked, prompt);
    expect(after.state).toBe("busy");
    expect(after).not.toHaveProperty("parkedUntil");
    expect(fold(started, ...parked, prompt, ["session.unparked"]).state).toBe("busy");
  });
});

describe("who it is", () => {
  const pane = { mux: "tmux", socket: "/tmp/s", id: "%3" };

  test("a new session id in the same process keeps the record", () => {
    const before = fold(started, prompt, stopped);
    const after = fold(started, prompt, stopped, [
      "session.started",
      { reason: "clear", pid: 7, cliSession: "b" },
    ]);
    expect(after).toMatchObject({
      name: before.name,
      startedAt: before.startedAt,
      cliSession: "b",
      state: "idle",
    });
    expect(after.idleGeneration).toBe(before.idleGeneration + 1);
  });

  test("a new process under the name begins anew and goes on counting idle periods", () => {
    const before = fold(started, prompt, stopped);
    const after = fold(started, prompt, stopped, [
      "session.started",
      { reason: "startup", pid: 8, cliSession: "b" },
    ]);
    expect(after).toMatchObject({ startedAt: timeOf(4), pid: 8, idleGeneration: before.idleGeneration + 1 });
    for (const field of ["outcome", "lastText", "prompt", "turnStartedAt", "promptId", "pane"]) {
      expect(after).not.toHaveProperty(field);
    }
  });

  test.each(["session.ended", "session.lost"])("the %s of a predecessor does not touch it", (kind) => {
    const before = fold(started);
    const [late] = eventsOf([[kind, { pid: 6 }]], 10);
    expect(late && foldEvent(before, late)).toBe(before);
  });

  test("a rename changes the name and nothing of the state", () => {
    const record = fold(started, prompt, ["session.renamed", { from: "web", to: "api", display: "API" }]);
    expect(record).toMatchObject({ name: "api", display: "API", state: "busy", stateSince: timeOf(2) });
  });

  test("a session found without hooks is hooked from its first hook on", () => {
    const found: Said = ["session.started", { hooked: false, pid: 7 }];
    expect(fold(found).hooked).toBe(false);
    expect(fold(found, ["turn.interrupted"]).hooked).toBe(false);
    expect(fold(found, prompt).hooked).toBe(true);
  });

  test("what an event says of the CLI is kept until another says otherwise", () => {
    const record = fold(
      ["session.started", { pid: 7, pane, cwd: "/w", role: "review" }],
      ["prompt.submitted", { cwd: "/x" }],
    );
    expect(record).toMatchObject({ pid: 7, pane, cwd: "/x", role: "review" });
  });
});

describe("what changes nothing", () => {
  test.each(sessionEventKinds)("a sub-agent's %s", (kind) => {
    const before = fold(started, prompt, tool);
    const [event] = eventsOf([[kind, { agentId: "x", lastText: "mine" }]], 10);
    expect(event && foldEvent(before, event)).toBe(before);
    expect(event && foldEvent(undefined, event)).toBeUndefined();
  });

  test.each<[string, Said]>([
    ["another kind", ["task.started"]],
    ["data that is not of its schema", ["turn.stopped", { lastText: 7 }]],
    ["data without a CLI", ["turn.stopped", { cli: undefined }]],
  ])("%s", (_, said) => {
    const before = fold(started, prompt);
    const [event] = eventsOf([said], 10);
    expect(event && foldEvent(before, event)).toBe(before);
  });
});

describe("idle periods", () => {
  test.each<[string, readonly Said[], number]>([
    ["a boot", [started], 1],
    ["a turn", [started, prompt, stopped], 2],
    ["the same stop told twice", [started, prompt, stopped, stopped], 2],
    ["a turn whose prompt was not seen", [started, prompt, stopped, ["turn.stopped", { promptId: "p2" }]], 3],
    ["a notification", [started, prompt, stopped, ["notification.raised"]], 2],
    ["a continuation and its stop", [started, prompt, stopped, ["turn.continued"], stopped], 3],
    ["a limit", [started, prompt, ["turn.parked"]], 2],
  ])("%s counts them", (_, said, generation) => {
    expect(fold(...said).idleGeneration).toBe(generation);
  });
});
