import { describe, expect, test } from "vitest";
import { formatWork, type TestRun, type TurnWork } from "../event/work.ts";
import type { SessionFacts } from "./facts.ts";
import { workAfter, workBounds } from "./work.ts";

/** The work after tool calls that came to their end. */
function after(...calls: readonly Partial<SessionFacts>[]): TurnWork | undefined {
  return calls.reduce<TurnWork | undefined>((work, facts) => take(work, "tool.finished", facts), undefined);
}

function take(
  work: TurnWork | undefined,
  kind: "tool.finished" | "tool.failed" | "prompt.submitted" | "turn.stopped",
  facts: Partial<SessionFacts> = {},
): TurnWork | undefined {
  const event = {
    id: "1",
    from: { machine: "lab", session: "web" },
    time: "",
    origin: "system",
    kind,
  } as const;
  return workAfter(work, {
    kind,
    event: { ...event, data: {} },
    facts: { cli: "claude", tool: "Bash", ...facts },
  });
}

const failed: TestRun = { name: "npm test", passed: false };
const passed: TestRun = { name: "npm test", passed: true };

describe("the work of a turn", () => {
  test("names each file once, in the order in which they were first written", () => {
    expect(after({ files: ["b"] }, { files: ["a", "b"] })).toEqual({ tools: 2, files: ["b", "a"] });
  });

  test("keeps twenty files, and tells that there are more", () => {
    const names = Array.from({ length: workBounds.files + 1 }, (_, index) => `f${index}`);
    expect(after({ files: names.slice(0, -1) })).not.toHaveProperty("hasMoreFiles");
    const work = after({ files: names }, { files: ["f0"] });
    expect(work).toMatchObject({ files: names.slice(0, -1), hasMoreFiles: true });
  });

  test("tells of each kind of tests how they ran last, the newest last, and of five kinds", () => {
    const lint: TestRun = { name: "make check" };
    expect(after({ test: failed }, { test: lint }, { test: passed })?.tests).toEqual([lint, passed]);
    const many = Array.from({ length: workBounds.tests + 1 }, (_, index) => ({
      test: { name: `t${index}` },
    }));
    expect(after(...many)?.tests?.map(({ name }) => name)).toEqual(["t1", "t2", "t3", "t4", "t5"]);
  });

  test("a call that failed wrote nothing, but may be tests that failed", () => {
    expect(take(after({ files: ["a"] }), "tool.failed", { files: ["b"], test: failed })).toEqual({
      ...{ tools: 1, toolsFailed: 1, files: ["a"], tests: [failed] },
    });
  });

  test("stays at the turn's end, and begins anew with a prompt", () => {
    const work = after({ files: ["a"] });
    expect(take(work, "turn.stopped", { tool: undefined })).toBe(work);
    expect(take(work, "prompt.submitted")).toBeUndefined();
  });

  test("in words", () => {
    const tests = [failed, { name: "pytest", passed: true }, { name: "go test" }];
    expect(formatWork({ files: ["a", "b"], hasMoreFiles: true, tests })).toEqual({
      files: "a, b and more",
      tests: "npm test failed, pytest passed, go test ran",
    });
    expect(formatWork({ tools: 3 })).toEqual({});
  });
});
