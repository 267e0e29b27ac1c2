import { describe, expect, test } from "vitest";
import { silenceOf } from "./drift.ts";
import { foldEvents } from "./fold.ts";
import type { SessionRecord } from "./record.ts";

type Said = readonly [kind: string, data: Readonly<Record<string, unknown>>];

function fold(...said: readonly Said[]): SessionRecord | undefined {
  return foldEvents(
    said.map(([kind, data], index) => ({
      ...{ id: `00000${index}`, kind, from: { machine: "lab", session: "web" } },
      ...{ time: `2026-01-01T00:00:0${index}.000Z`, origin: "system", data: { cli: "claude", ...data } },
    })),
  );
}

const started: Said = ["session.started", { reason: "startup", pid: 7, cliSession: "a" }];

describe("the mark that hooks are silent", () => {
  const drifted: Said = ["session.drifted", { evidence: "it answered" }];
  const byReader = { confirmedBy: "claude agents" };

  test("stands from the event on, and changes no state", () => {
    expect(fold(started, drifted)).toMatchObject({ drift: "it answered", state: "idle" });
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["turn.continued", byReader],
    ["turn.stopped", byReader],
    ["turn.interrupted", byReader],
    ["permission.requested", {}],
    ["session.configured", { role: "api" }],
  ])("is kept by %s where no hook told it", (kind, data) => {
    expect(fold(started, drifted, [kind, data])?.drift).toBe("it answered");
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["prompt.submitted", { prompt: "do it" }],
    ["tool.started", { tool: "Bash" }],
    ["turn.stopped", {}],
    ["notification.raised", {}],
    ["session.started", { pid: 8 }],
  ])("is taken away by %s of a hook", (kind, data) => {
    expect(fold(started, drifted, [kind, data])).not.toHaveProperty("drift");
  });
});

test.each([
  ["claude", "restart it, or see /hooks in it"],
  ["codex", "restart it, and trust its hooks when it asks"],
  ["constructor", "restart it, or see /hooks in it"],
])("what it means for %s is said with the way out, in one line", (cli, way) => {
  const drift = "it answered\nat 10:00";
  expect(silenceOf({ cli, drift })).toEqual({ what: "its hooks are silent (it answered at 10:00)", way });
  expect(silenceOf({ cli })).toBeUndefined();
});
