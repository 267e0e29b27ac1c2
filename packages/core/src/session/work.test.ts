import { describe, expect, test } from "vitest";
import { formatWork, workBounds, type TestRun, type TurnWork } from "../event/work.ts";
import type { SessionFacts } from "./facts.ts";
import { foldEvents } from "./fold.ts";
import { sessionRecordSchema } from "./record.ts";
import { workAfter } from "./work.ts";

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

  test("is told in one line of bounded length", () => {
    const files = Array.from({ length: 20 }, (_, index) => `${index}${"a".repeat(300)}`);
    const { files: line = "" } = formatWork({ files });
    expect(line.length).toBeLessThan(1020);
    expect(line).toMatch(/^0a+, 1a+, 2a+ and more$/u);
  });

  test("hides no event and no record where it cannot be read", () => {
    const said = [
      ["session.started", {}],
      ["prompt.submitted", { promptId: "p" }],
      ["tool.finished", { tool: "Bash", files: 7, test: "x" }],
      ["turn.stopped", { promptId: "p", files: "a", work: 7 }],
    ] as const;
    const from = { machine: "lab", session: "web" };
    const record = foldEvents(
      said.map(([kind, data], index) => ({
        ...{ id: `e${index}`, from, time: "2026-01-01T00:00:00.000Z", origin: "system", kind },
        data: { cli: "claude", ...data },
      })),
    );
    expect(record).toMatchObject({ state: "idle", work: { tools: 1 } });
    expect(sessionRecordSchema.parse({ ...record, work: { files: "a" } }).work).toBeUndefined();
  });
});
