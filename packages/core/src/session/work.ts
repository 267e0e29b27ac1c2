import { workBounds, type FileWrite, type TestRun, type TurnWork } from "../event/work.ts";
import type { Seen } from "./facts.ts";

/** What a turn has done after one more event: a prompt begins anew; sub-agents' calls are not counted. */
export function workAfter(before: TurnWork | undefined, { kind, facts }: Seen): TurnWork | undefined {
  if (kind === "prompt.submitted") return undefined;
  // A batch's end names no tool: its calls were counted each.
  if (facts.tool === undefined) return before;
  const told = { ...before, ...testsAfter(before, facts.test) };
  if (kind === "tool.failed") return { ...told, toolsFailed: (before?.toolsFailed ?? 0) + 1 };
  if (kind !== "tool.finished") return before;
  return { ...told, ...filesAfter(before, facts.files), tools: (before?.tools ?? 0) + 1 };
}

/** Each once, in the order in which they were first written. */
function filesAfter(before: TurnWork | undefined, written: readonly FileWrite[] = []): TurnWork {
  if (written.length === 0) return {};
  const all = [...new Set([...(before?.files ?? []), ...written])];
  const hasMore = before?.hasMoreFiles === true || all.length > workBounds.files;
  return { files: all.slice(0, workBounds.files), ...(hasMore ? { hasMoreFiles: true } : {}) };
}

/** Of each kind of test the last run counts; the kind that ran last stands last. */
function testsAfter(before: TurnWork | undefined, run: TestRun | undefined): TurnWork {
  if (run === undefined) return {};
  const others = (before?.tests ?? []).filter(({ name }) => name !== run.name);
  return { tests: [...others, run].slice(-workBounds.tests) };
}
