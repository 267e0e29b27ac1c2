import { describe, expect, test } from "vitest";
import { answersOf } from "./answers.ts";
import { lastAnswer } from "./cli/answers.ts";

const at = (second: number) => new Date(second * 1000).toISOString();

function lastIn(cli: string, lines: readonly object[], session?: string): number | undefined {
  const reader = answersOf(cli)?.(session);
  const texts = ['cut short"}', ...lines.map((line) => JSON.stringify(line)), '{"type":"assist'];
  const found = lastAnswer(texts.flatMap((line) => reader?.read(line) ?? []));
  return found === undefined ? undefined : found / 1000;
}

type Case = readonly [what: string, second: number | undefined, lines: readonly object[]];

describe("the answers in a rollout file of Codex", () => {
  const item = (second: number, payload: object) => ({
    timestamp: at(second),
    type: "response_item",
    payload,
  });
  const said = (second: number, role: string) => item(second, { type: "message", role, content: [] });
  const event = (second: number, type: string) => ({
    timestamp: at(second),
    type: "event_msg",
    payload: { type },
  });

  test.each<Case>([
    ["are the model's messages", 3, [said(2, "user"), said(3, "assistant"), event(4, "task_complete")]],
    [
      "are its calls, too",
      3,
      [item(3, { type: "function_call" }), item(9, { type: "function_call_output" })],
    ],
    ["are not what it was told", undefined, [said(2, "user"), said(3, "developer"), event(4, "token_count")]],
    ["are none where the human interrupted", undefined, [said(3, "assistant"), event(4, "turn_aborted")]],
    ["are there again after that", 6, [event(4, "turn_aborted"), said(5, "user"), said(6, "assistant")]],
  ])("%s", (_, second, lines) => expect(lastIn("codex", lines)).toBe(second));
});

describe("the answers in a chat file of Gemini CLI", () => {
  const line = (second: number, type: string, content: unknown = "") => ({
    timestamp: at(second),
    type,
    content,
  });
  const prompt = (second: number) => line(second, "user", [{ text: "go" }]);
  const result = (second: number) => line(second, "user", [{ functionResponse: {} }]);
  const cancelled = (second: number) => line(second, "info", "Request cancelled.");

  test.each<Case>([
    ["are the model's messages", 3, [prompt(2), line(3, "gemini", "one"), { $set: { lastUpdated: at(9) } }]],
    ["are none where the human cancelled", undefined, [prompt(2), line(3, "gemini"), cancelled(4)]],
    ["are not what was called before that", undefined, [cancelled(4), line(5, "gemini"), result(6)]],
    ["are there again after that", 8, [cancelled(4), result(6), prompt(7), line(8, "gemini", "two")]],
    ["are not what the CLI says", undefined, [line(4, "info", "Update available"), line(5, "error", "429")]],
  ])("%s", (_, second, lines) => expect(lastIn("gemini", lines)).toBe(second));
});

describe("the answers in the updates of Grok", () => {
  const line = (second: number, sessionUpdate: string, more: object = {}) => ({
    method: "session/update",
    params: {
      sessionId: "s1",
      update: { sessionUpdate, ...more },
      _meta: { agentTimestampMs: second * 1000 },
    },
  });

  test.each<Case>([
    ["are the model's messages", 3, [line(2, "user_message_chunk"), line(3, "agent_message_chunk")]],
    ["are its calls, too", 3, [line(3, "tool_call"), line(9, "tool_call_update"), line(9, "hook_execution")]],
    [
      "are not a turn's end",
      3,
      [line(3, "tool_call"), line(9, "turn_completed", { stop_reason: "end_turn" })],
    ],
    [
      "are none where the human cancelled",
      undefined,
      [line(3, "tool_call"), line(4, "turn_completed", { stop_reason: "cancelled" })],
    ],
  ])("%s", (_, second, lines) => expect(lastIn("grok", lines, "s1")).toBe(second));

  test("are not those of another session", () => {
    expect(lastIn("grok", [line(3, "agent_message_chunk")], "s2")).toBeUndefined();
  });
});

test("of a CLI that nobody knows no record is read", () => {
  expect(["aide", "constructor"].map(answersOf)).toEqual([undefined, undefined]);
});
