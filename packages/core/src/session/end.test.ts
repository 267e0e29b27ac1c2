import { describe, expect, test } from "vitest";
import { foldEvents } from "./fold.ts";
import type { SessionRecord } from "./record.ts";

type Said = readonly [kind: string, data?: Readonly<Record<string, unknown>>];

function fold(...said: readonly Said[]): SessionRecord {
  const events = said.map(([kind, data], index) => ({
    id: `e${index}`,
    kind,
    from: { machine: "lab", session: "web" },
    time: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    origin: "system" as const,
    data: { cli: "claude", ...data },
  }));
  const record = foldEvents(events);
  if (record === undefined) throw new Error("no session came of it");
  return record;
}

const started: Said = ["session.started", { reason: "startup", pid: 7, cliSession: "a" }];
const prompt: Said = ["prompt.submitted", { prompt: "do it", promptId: "p1" }];
const stopped: Said = ["turn.stopped", { lastText: "did it", promptId: "p1" }];

describe("what ended last", () => {
  test.each<[string, readonly Said[], object | undefined]>([
    ["a stop", [prompt, stopped], { midTurn: true }],
    [
      "an error with its reason",
      [prompt, ["turn.failed", { error: "overloaded" }]],
      { midTurn: true, reason: "overloaded" },
    ],
    [
      "an exit in mid-turn",
      [prompt, ["session.ended", { reason: "logout" }]],
      { midTurn: true, reason: "logout" },
    ],
    ["an exit between turns", [prompt, stopped, ["session.ended"]], { midTurn: false }],
    [
      "a loss between turns",
      [prompt, stopped, ["session.lost", { reason: "gone" }]],
      { midTurn: false, reason: "gone" },
    ],
    ["nothing, while the next turn runs", [prompt, stopped, prompt], undefined],
    ["nothing, while our own answer goes on with it", [prompt, stopped, ["turn.continued"]], undefined],
    [
      "nothing that only a reader saw begin",
      [["turn.continued"], ["turn.stopped", { confirmedBy: "a list" }]],
      undefined,
    ],
  ])("is %s", (_, said, end) => {
    const record = fold(started, ...said);
    if (end === undefined) expect(record).not.toHaveProperty("end");
    else expect(record.end).toEqual({ id: record.lastEventId, time: record.stateSince, ...end });
  });

  test("stays while nothing runs, whatever else is heard", () => {
    const record = fold(started, prompt, stopped, ["notification.raised"], ["turn.interrupted"]);
    expect(record.end?.id).not.toBe(record.lastEventId);
    expect(record.end?.time).toBe(record.stateSince);
  });

  test("counts the tool calls of the turn, each once", () => {
    const tool = ["tool.finished", { tool: "Bash" }] as const;
    const turn = [
      prompt,
      tool,
      tool,
      ["tool.failed", { tool: "Bash" }],
      ["tool.finished", { batch: 3 }],
    ] as const;
    expect(fold(started, ...turn, stopped)).toMatchObject({ work: { tools: 2, toolsFailed: 1 } });
    expect(fold(started, ...turn, stopped, prompt)).not.toHaveProperty("work");
  });
});
