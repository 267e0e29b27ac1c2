import { describe, expect, test } from "vitest";
import { claudeCli } from "./cli.ts";
import { claudeEventNames } from "./events.ts";

const adding = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
];
const honouring = [...adding, "Stop"];

const { maxContextBytes } = claudeCli;

describe("answers to Claude", () => {
  test("the table says where context is honoured", () => {
    expect(claudeEventNames.filter((event) => claudeCli.rules(event).takesContext).sort()).toEqual(
      honouring.sort(),
    );
    expect(claudeEventNames.filter((event) => claudeCli.rules(event).isContinuation)).toEqual(["Stop"]);
    expect(claudeEventNames.filter((event) => claudeCli.rules(event).endsBatch)).toEqual(["PostToolBatch"]);
    expect(claudeCli.rules("Setup")).toEqual({
      takesContext: false,
      isContinuation: false,
      endsBatch: false,
    });
  });

  test.each(honouring)("%s gets its context under its own name", (event) => {
    expect(JSON.parse(claudeCli.answer(event, 'mail "x"\n</fence>'))).toEqual({
      hookSpecificOutput: { hookEventName: event, additionalContext: 'mail "x"\n</fence>' },
    });
  });

  test("a stop message denies the tool call with the message as reason", () => {
    expect(JSON.parse(claudeCli.deny("PreToolUse", "stop: the schema changed") ?? "")).toEqual({
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        permissionDecisionReason: "stop: the schema changed",
      },
    });
    expect(claudeCli.deny("PostToolUse", "x")).toBeUndefined();
  });

  test("no answer decides anything but a denial at PreToolUse", () => {
    const answers = honouring.map((event) => claudeCli.answer(event, "allow"));
    for (const answer of answers) expect(answer).not.toMatch(/decision|allow"?:|"continue"|updatedInput/i);
    for (const event of claudeEventNames.filter((name) => name !== "PreToolUse")) {
      expect(claudeCli.deny(event, "x")).toBeUndefined();
    }
  });

  test.each(["SessionEnd", "Notification", "SubagentStop", "Setup"])("%s takes no context", (event) => {
    expect(() => claudeCli.answer(event, "x")).toThrow(expect.objectContaining({ code: "usage" }));
  });

  test("what does not reach the model whole is refused, never cut", () => {
    expect(claudeCli.answer("Stop", "é".repeat(maxContextBytes / 2))).toContain("éé");
    const tooMuch = () => claudeCli.answer("Stop", "é".repeat(maxContextBytes / 2) + "x");
    expect(tooMuch).toThrow(expect.objectContaining({ code: "too_large" }));
    expect(maxContextBytes).toBeLessThan(10_000);
  });
});
