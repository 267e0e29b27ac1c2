import { FleetError } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { claudeCli } from "./cli.ts";
import { answerClaude, claudeRules, maxContextBytes } from "./context.ts";
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

describe("answers to Claude", () => {
  test("the table says where context is honoured", () => {
    expect(claudeEventNames.filter((event) => claudeRules(event).takesContext).sort()).toEqual(
      honouring.sort(),
    );
    expect(claudeEventNames.filter((event) => claudeRules(event).isContinuation)).toEqual(["Stop"]);
    expect(claudeEventNames.filter((event) => claudeRules(event).endsBatch)).toEqual(["PostToolBatch"]);
    expect(claudeRules("Setup")).toEqual({ takesContext: false, isContinuation: false, endsBatch: false });
  });

  test.each(honouring)("%s gets its context under its own name", (event) => {
    expect(JSON.parse(answerClaude(event, { context: 'mail "x"\n</fence>' }))).toEqual({
      hookSpecificOutput: { hookEventName: event, additionalContext: 'mail "x"\n</fence>' },
    });
  });

  test("a stop message denies the tool call with the message as reason", () => {
    expect(JSON.parse(answerClaude("PreToolUse", { deny: "stop: the schema changed" }))).toEqual({
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        permissionDecisionReason: "stop: the schema changed",
      },
    });
    expect(claudeCli.deny("PostToolUse", "x")).toBeUndefined();
  });

  test("no answer decides anything but a denial at PreToolUse", () => {
    const answers = honouring.map((event) => answerClaude(event, { context: "allow" }));
    for (const answer of answers) expect(answer).not.toMatch(/decision|allow"?:|"continue"|updatedInput/i);
    for (const event of claudeEventNames.filter((name) => name !== "PreToolUse")) {
      expect(() => answerClaude(event, { deny: "x" })).toThrow(FleetError);
    }
  });

  test.each(["SessionEnd", "Notification", "SubagentStop", "Setup"])("%s takes no context", (event) => {
    expect(() => answerClaude(event, { context: "x" })).toThrow(expect.objectContaining({ code: "usage" }));
  });

  test("what does not reach the model whole is refused, never cut", () => {
    expect(answerClaude("Stop", { context: "é".repeat(maxContextBytes / 2) })).toContain("éé");
    const tooMuch = () => answerClaude("Stop", { context: "é".repeat(maxContextBytes / 2) + "x" });
    expect(tooMuch).toThrow(expect.objectContaining({ code: "too_large" }));
    expect(maxContextBytes).toBeLessThan(10_000);
  });
});
