import { eventDataSchemas, FleetError, nonceTag, type SessionEventKind } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { claudeCli } from "../claude/cli.ts";
import { codexCli, codexTable } from "../codex/cli.ts";
import { geminiCli, geminiTable } from "../gemini/cli.ts";
import { grokCli, grokTable } from "../grok/cli.ts";
import { fixture, fixtures } from "./fixtures.test.support.ts";
import type { HookCli } from "./hook-cli.ts";
import { driftOf, type CliTable } from "./table.ts";

const where = { pid: 4242, pane: "%3", tmux: "/tmp/tmux-1000/default,29677,0" };
const pane = { mux: "tmux", socket: "/tmp/tmux-1000/default", id: "%3" };

type Meaning = readonly [SessionEventKind, object] | undefined;

interface Subject {
  readonly cli: HookCli;
  readonly table: CliTable;
  /** What each captured payload means. */
  readonly meanings: Readonly<Record<string, Meaning>>;
  /** Where context is honoured; the last continues. */
  readonly honouring: readonly string[];
}

const echo = {
  tool: "Bash",
  toolUseId: "call_mwp5p0qf00aa",
  promptId: "01a1f9a7-7805-7191-b189-9dde81b89773",
};
const compactId = "01a1f9c2-cffa-7371-94f1-934556367b7c";
const helper = { agentId: "01a1f9c2-aaa7-70a2-ad6f-8ca3d7cdd88a", agentType: "default" };

const codex: Subject = {
  cli: codexCli,
  table: codexTable,
  meanings: {
    "Interrupt.json": ["turn.interrupted", { confirmedBy: "hook" }],
    "PermissionRequest.json": ["permission.requested", { tool: "Bash", detail: "touch /opt/agents/zz5" }],
    "PostCompact.manual.json": ["context.compacted", { trigger: "manual", promptId: compactId }],
    "PostToolUse.Bash.json": ["tool.finished", echo],
    "PostToolUse.spawn_agent.json": ["tool.finished", { tool: "spawn_agent" }],
    "PreCompact.manual.json": undefined,
    "PreToolUse.Bash.json": ["tool.started", echo],
    "PreToolUse.spawn_agent.json": ["tool.started", { tool: "spawn_agent" }],
    "SessionEnd.other.json": ["session.ended", { reason: "other" }],
    "SessionStart.compact.json": ["session.started", { reason: "compact", hooked: true }],
    "SessionStart.startup.json": ["session.started", { reason: "startup", hooked: true }],
    "Stop.json": [
      "turn.stopped",
      { outcome: "done", continued: false, lastText: expect.stringMatching(/^TOOLDONE Chunk/) },
    ],
    "SubagentStart.json": ["subagent.started", helper],
    "SubagentStop.json": ["subagent.stopped", helper],
    "UserPromptSubmit.json": ["prompt.submitted", { prompt: "hello RUNTOOL", nonces: [] }],
  },
  honouring: ["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"],
};

const gemini: Subject = {
  cli: geminiCli,
  table: geminiTable,
  meanings: {
    "AfterAgent.json": [
      "turn.stopped",
      { outcome: "done", continued: false, lastText: expect.stringMatching(/^TOOLDONE/) },
    ],
    "AfterModel.json": undefined,
    "AfterTool.cancelled.json": ["turn.interrupted", { confirmedBy: "hook" }],
    "AfterTool.json": ["tool.finished", { tool: "run_shell_command" }],
    "BeforeAgent.json": ["prompt.submitted", { prompt: "hello RUNTOOL", nonces: [] }],
    "BeforeModel.json": undefined,
    "BeforeTool.json": ["tool.started", { tool: "run_shell_command" }],
    "BeforeToolSelection.json": undefined,
    "Notification.ToolPermission.json": ["permission.requested", { detail: "touch /opt/agents/zz6" }],
    "PreCompress.auto.json": undefined,
    "PreCompress.manual.json": undefined,
    "SessionEnd.clear.json": ["session.ended", { reason: "clear" }],
    "SessionEnd.exit.json": ["session.ended", { reason: "exit" }],
    "SessionStart.clear.json": ["session.started", { reason: "clear", hooked: true }],
    "SessionStart.startup.json": ["session.started", { reason: "startup", hooked: true }],
  },
  honouring: ["SessionStart", "BeforeAgent", "AfterTool", "AfterAgent"],
};

const prompted = { promptId: "579dc7d1-9dbd-4acd-a0c5-44a7030f01cd" };

const grok: Subject = {
  cli: grokCli,
  table: grokTable,
  meanings: {
    "Notification.agent_error.json": ["notification.raised", { notification: "agent_error" }],
    "Notification.permission_prompt.json": ["permission.requested", { detail: "Tool permission requested" }],
    "PostToolUse.run_terminal_command.json": [
      "tool.finished",
      { tool: "run_terminal_command", toolUseId: "call_mwp6sv2700qx", durationMs: 13 },
    ],
    "PostToolUse.spawn_subagent.json": ["tool.finished", { tool: "spawn_subagent" }],
    "PreCompact.manual.json": ["context.compacted", { trigger: "manual" }],
    "PreToolUse.run_terminal_command.json": ["tool.started", { tool: "run_terminal_command" }],
    "PreToolUse.spawn_subagent.json": ["tool.started", { tool: "spawn_subagent" }],
    "SessionEnd.shutdown.json": undefined, // a sub-agent's
    "SessionStart.new.json": ["session.started", { reason: "new", hooked: true }],
    "Stop.end_turn.json": [
      "turn.stopped",
      { ...prompted, continued: false, backgroundTasks: 0, lastText: expect.stringMatching(/^PONG/) },
    ],
    "Stop.shutdown.json": undefined,
    "StopFailure.json": ["turn.failed", { error: "invalid_request" }],
    "SubagentStart.json": ["subagent.started", { agentType: "general-purpose" }],
    "SubagentStop.json": undefined, // bears the sub-agent's id as the session's
    "UserPromptSubmit.json": ["prompt.submitted", { ...prompted, prompt: "hello", nonces: [] }],
  },
  honouring: ["PreToolUse", "PostToolUse", "Stop"],
};

describe.each([
  ["codex", "[row 98]", codex],
  ["gemini", "[row 99]", gemini],
  ["grok", "[row 100]", grok],
] as const)("translating %s's hooks %s", (name, _, { cli, table, meanings, honouring }) => {
  test("every captured payload has a meaning in the table", () => {
    const files = fixtures(name).map(({ file }) => file);
    expect(files.sort()).toEqual(Object.keys(meanings).sort());
  });

  test.each(fixtures(name))("$file means what it says", ({ file, event, payload }) => {
    const meaning = meanings[file];
    const translated = cli.translate({ event, payload, ...where });
    if (meaning === undefined) return expect(translated).toEqual([]);
    const [kind, data] = meaning;
    expect(translated).toEqual([{ kind, data: expect.objectContaining(data) }]);
    expect(translated[0]?.data).toMatchObject({
      cli: name,
      cliSession: payload["session_id"],
      cwd: "/home/dev/project",
    });
    expect(eventDataSchemas[kind].safeParse(translated[0]?.data).success).toBe(true);
  });

  test.each(fixtures(name).filter(({ file }) => meanings[file] !== undefined))(
    "$file lacks nothing, and what it lacks is named",
    ({ event, payload }) => {
      expect(driftOf(table, event, payload)).toEqual([]);
      const needs = table.events[event]?.needs ?? [];
      expect(needs.length).toBeGreaterThan(2);
      for (const field of needs) {
        const { [field]: _, ...rest } = payload;
        expect(driftOf(table, event, rest)).toEqual([field]);
      }
    },
  );

  test("its process and pane are told only where hooks run in them", () => {
    const { event, payload } = fixtures(name).find(({ file }) => file.startsWith("SessionStart")) ?? {
      ...{ event: "", payload: {} },
    };
    const [started] = cli.translate({ event, payload, ...where });
    const told = { pid: started?.data.pid, pane: started?.data.pane };
    expect(told).toEqual(name === "codex" ? { pid: undefined, pane: undefined } : { pid: 4242, pane });
    expect(started?.data.transcript).toBeUndefined(); // it would prove nothing
  });

  test("context goes where the CLI honours it, and only the last continues a turn", () => {
    expect(Object.keys(table.events).filter((event) => cli.rules(event).takesContext)).toEqual(honouring);
    expect(honouring.filter((event) => cli.rules(event).isContinuation)).toEqual(honouring.slice(-1));
    expect(cli.rules("constructor").takesContext).toBe(false);
    for (const event of honouring) expect(cli.answer(event, "mail")).not.toMatch(/allow|approve/);
    expect(() => cli.answer("SessionEnd", "mail")).toThrow(FleetError);
    expect(() => cli.answer(honouring[0] ?? "", "x".repeat(cli.maxContextBytes + 1))).toThrow(
      expect.objectContaining({ code: "too_large" }),
    );
  });

  test.each([{}, { session_id: "", sessionId: "" }, { session_id: 4, sessionId: 4 }])(
    "refuses a payload of no session: %j",
    (payload) => {
      for (const event of Object.keys(table.events))
        expect(() => cli.translate({ event, payload })).toThrow(FleetError);
    },
  );

  test.each(["Tomorrow", "constructor", ""])("%j means nothing", (event) => {
    expect(cli.translate({ event, payload: { session_id: "s", sessionId: "s" } })).toEqual([]);
  });
});

describe("what is said to each", () => {
  test("[row 101] the same text goes out in the words of each, by one function over its table", () => {
    const context = (hookEventName: string) => ({
      hookSpecificOutput: { hookEventName, additionalContext: "mail" },
    });
    const block = { decision: "block", reason: "mail" };
    for (const [cli, event, said] of [
      [claudeCli, "PostToolUse", context("PostToolUse")],
      [claudeCli, "Stop", context("Stop")],
      [codexCli, "PostToolUse", context("PostToolUse")],
      [codexCli, "Stop", block],
      [geminiCli, "AfterTool", context("AfterTool")],
      [geminiCli, "AfterAgent", block],
      [grokCli, "PostToolUse", context("PostToolUse")],
      [grokCli, "Stop", context("Stop")],
    ] as const)
      expect(JSON.parse(cli.answer(event, "mail")), `${cli.name} ${event}`).toEqual(said);
  });

  const permission = {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: "stop",
    },
  };

  test.each([
    ["claude", claudeCli, "PreToolUse", permission],
    ["codex", codexCli, "PreToolUse", permission],
    ["gemini", geminiCli, "BeforeTool", { decision: "deny", reason: "stop" }],
    ["grok", grokCli, "PreToolUse", permission],
  ] as const)("a tool call of %s is denied in its words before the call, and nowhere else", (...args) => {
    const [, cli, event, said] = args;
    expect(JSON.parse(cli.deny(event, "stop") ?? "")).toEqual(said);
    const { maxReasonBytes = 0 } = cli.rules(event);
    expect(cli.deny(event, "x".repeat(maxReasonBytes))).toContain("xxx");
    expect(() => cli.deny(event, "x".repeat(maxReasonBytes + 1))).toThrow(
      expect.objectContaining({ code: "too_large" }),
    );
    for (const other of ["SessionStart", "PostToolUse", "AfterTool", "Stop", "AfterAgent", "constructor"]) {
      expect(cli.deny(other, "stop")).toBeUndefined();
      expect(cli.rules(other).maxReasonBytes).toBeUndefined();
    }
  });
});

test("a nonce in a prompt is found in each CLI's words", () => {
  for (const [cli, name, file] of [
    [codexCli, "codex", "UserPromptSubmit"],
    [geminiCli, "gemini", "BeforeAgent"],
    [grokCli, "grok", "UserPromptSubmit"],
  ] as const) {
    const { event, payload } = fixture(name, file);
    const [said] = cli.translate({ event, payload: { ...payload, prompt: `go ${nonceTag("abc123")}` } });
    expect(said?.data).toMatchObject({ nonces: ["abc123"] });
  }
});
