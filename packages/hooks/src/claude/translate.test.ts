import { eventDataSchemas, FleetError, nonceTag } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { driftOf } from "../cli/table.ts";
import { claudeCli, claudeTable } from "./cli.ts";
import { claudeEventNames, claudeEvents } from "./events.ts";
import { fixture, fixtures } from "../cli/fixtures.test.support.ts";

const where = {
  pid: 29681,
  pane: "%0",
  tmux: "/tmp/tmux-1000/default,29677,0",
  messagingSocket: "/tmp/cc-socks/29681.sock",
};
const pane = { mux: "tmux", socket: "/tmp/tmux-1000/default", id: "%0" };
const lastText = "PONG g changes on the current branch Today's date is 2026-11-20.";
const bash = { tool: "Bash", toolUseId: "toolu_mwp6o8jl00ny" };
const agent = { agentId: "a409f7854f61cb6c9", agentType: "general-purpose" };

/** What each captured payload means. */
const meanings: Readonly<Record<string, readonly [string, object] | undefined>> = {
  "InstructionsLoaded.json": undefined,
  "MessageDisplay.json": ["message.displayed", { final: true }],
  "Notification.idle_prompt.json": [
    "notification.raised",
    { notification: "idle_prompt", text: "Claude is waiting for your input" },
  ],
  "Notification.permission_prompt.json": ["notification.raised", { notification: "permission_prompt" }],
  "PermissionRequest.json": ["permission.requested", { tool: "Bash", detail: "cat /nonexistent" }],
  "PostCompact.manual.json": ["context.compacted", { trigger: "manual" }],
  "PostModelSwitch.command.json": undefined,
  "PostToolBatch.json": ["tool.finished", { batch: 1 }],
  "PostToolUse.Agent.json": ["tool.finished", { tool: "Agent", durationMs: 15 }],
  "PostToolUse.Bash.json": ["tool.finished", { ...bash, durationMs: 47 }],
  "PostToolUseFailure.json": ["tool.failed", { tool: "Bash", error: expect.stringContaining("Exit code 1") }],
  "PreCompact.manual.json": undefined,
  "PreModelSwitch.command.json": undefined,
  "PreToolUse.Agent.json": ["tool.started", { tool: "Agent" }],
  "PreToolUse.Bash.json": ["tool.started", bash],
  "SessionEnd.clear.json": ["session.ended", { reason: "clear" }],
  "SessionEnd.prompt_input_exit.json": ["session.ended", { reason: "prompt_input_exit" }],
  "SessionStart.clear.json": ["session.started", { reason: "clear", hooked: true }],
  "SessionStart.compact.json": ["session.started", { reason: "compact", hooked: true }],
  "SessionStart.startup.json": ["session.started", { reason: "startup", hooked: true }],
  "Stop.json": ["turn.stopped", { outcome: "done", lastText, continued: false, backgroundTasks: 0 }],
  "StopFailure.json": ["turn.failed", { error: "unknown", lastText: "API Error: 400 stub 400" }],
  "SubagentStart.json": ["subagent.started", agent],
  "SubagentStop.json": ["subagent.stopped", agent],
  "UserPromptExpansion.json": undefined,
  "UserPromptSubmit.json": ["prompt.submitted", { prompt: "hello", nonces: [] }],
  "UserPromptSubmit.task-notification.json": [
    "prompt.submitted",
    { prompt: expect.stringContaining("<task-notification>"), nonces: [] },
  ],
};

describe("translating Claude's hooks [row 96] [row 97]", () => {
  test("every captured payload has a meaning in the table", () => {
    expect(
      fixtures("claude")
        .map(({ file }) => file)
        .sort(),
    ).toEqual(Object.keys(meanings).sort());
  });

  test.each(fixtures("claude"))("$file means what it says", ({ file, event, payload }) => {
    const meaning = meanings[file];
    const translated = claudeCli.translate({ event, payload, ...where });
    if (meaning === undefined) return expect(translated).toEqual([]);
    const [kind, data] = meaning;
    expect(translated).toEqual([{ kind, data: expect.objectContaining(data) }]);
    expect(translated[0]?.data).toMatchObject({
      cli: "claude",
      cliSession: payload["session_id"],
      cwd: "/home/dev/project",
      transcript: payload["transcript_path"],
      pid: 29681,
      pane,
      messagingSocket: "/tmp/cc-socks/29681.sock",
    });
  });

  test.each(fixtures("claude"))(
    "the data of $file is what its kind's schema accepts, and JSON",
    ({ event, payload }) => {
      for (const { kind, data } of claudeCli.translate({ event, payload, ...where })) {
        expect(eventDataSchemas[kind].safeParse(data).success).toBe(true);
        expect(JSON.parse(JSON.stringify(data))).toStrictEqual(data);
      }
    },
  );

  test("prompt id and permission mode are told where the payload has them", () => {
    const { event, payload } = fixture("claude", "Stop");
    expect(claudeCli.translate({ event, payload })[0]?.data).toMatchObject({
      promptId: "66b3c76b-83e8-4ac8-a3cf-1b62bba10dc9",
      permissionMode: "default",
    });
  });

  test("the start tells what the environment asks for", () => {
    const { event, payload } = fixture("claude", "SessionStart.startup");
    const asked = { session: "Web App", role: "frontend", parent: "api" };
    expect(claudeCli.translate({ event, payload, ...asked })[0]?.data).toMatchObject({
      display: "Web App",
      role: "frontend",
      parent: "api",
    });
  });

  test("without tmux there is no pane, and what is unknown is absent", () => {
    const { event, payload } = fixture("claude", "SessionStart.startup");
    expect(Object.keys(claudeCli.translate({ event, payload, pane: "%0" })[0]?.data ?? {})).toEqual([
      "cli",
      "cliSession",
      "cwd",
      "transcript",
      "hooked",
      "reason",
    ]);
  });

  test("nonces in a prompt are found, as typed and as a rewake wraps them", () => {
    const { payload } = fixture("claude", "UserPromptSubmit");
    const prompt = `<task-notification>\n${nonceTag("abc123")}</task-notification> ${nonceTag("def456")}`;
    const [translated] = claudeCli.translate({ event: "UserPromptSubmit", payload: { ...payload, prompt } });
    expect(translated?.data["nonces"]).toEqual(["abc123", "def456"]);
  });

  test("a stop while background tasks run counts them, and a continued one says so", () => {
    const { payload } = fixture("claude", "Stop");
    const tasks = fixture("claude", "SubagentStop").payload["background_tasks"];
    const stop = { ...payload, background_tasks: tasks, stop_hook_active: true };
    expect(claudeCli.translate({ event: "Stop", payload: stop })[0]?.data).toMatchObject({
      backgroundTasks: 1,
      continued: true,
    });
  });

  test.each(["PreToolUse.Bash", "PostToolUse.Bash", "PostToolBatch", "PermissionRequest", "Stop"])(
    "%s within a sub-agent carries its id",
    (file) => {
      const { event, payload } = fixture("claude", file);
      const inside = { ...payload, agent_id: "a1", agent_type: "general-purpose" };
      expect(claudeCli.translate({ event, payload: inside })[0]?.data.agentId).toBe("a1");
    },
  );

  test("the agents that compaction runs in mean nothing", () => {
    const { event, payload } = fixture("claude", "SubagentStop");
    expect(claudeCli.translate({ event, payload: { ...payload, agent_type: "" } })).toEqual([]);
  });

  test.each([
    [0, false, 1],
    [3, false, 0],
    [4, true, 1],
  ])("of a streaming message flush %d (final: %s) gives %d events", (index, final, count) => {
    const { event, payload } = fixture("claude", "MessageDisplay");
    expect(claudeCli.translate({ event, payload: { ...payload, index, final } })).toHaveLength(count);
  });

  test.each([
    ["rate_limit", "You've hit your session limit. It resets 3pm.", "turn.parked"],
    ["billing_error", "You're out of usage credits.", "turn.parked"],
    ["rate_limit", "Your org is out of usage · contact your admin", "turn.parked"],
    ["billing_error", "spend limit reached · resets Aug 8 · request an increase", "turn.parked"],
    ["rate_limit", "Fable requires usage credits. You've hit your weekly limit.", "turn.parked"],
    ["rate_limit", "API Error: 429 too many requests", "turn.failed"],
    ["server_error", "You've hit your limit of patience", "turn.failed"],
  ])("%s with %j means %s", (error, text, kind) => {
    const { event, payload } = fixture("claude", "StopFailure");
    const failure = { ...payload, error, last_assistant_message: text };
    expect(claudeCli.translate({ event, payload: failure })[0]?.kind).toBe(kind);
  });

  test.each([
    ["You've hit your session limit · resets 3pm (UTC)", "2026-01-02T15:00:00.000Z", ""],
    [
      "You're out of usage credits.",
      "2026-01-02T11:00:00.000Z",
      " (it says no time: tried again in an hour)",
    ],
  ])("[want 11] %j parks until %s", (text, until, added) => {
    const { event, payload } = fixture("claude", "StopFailure");
    const failure = { ...payload, error: "rate_limit", last_assistant_message: text };
    const call = { event, payload: failure, time: "2026-01-02T10:00:00.000Z" };
    expect(claudeCli.translate(call)[0]).toMatchObject({
      kind: "turn.parked",
      data: { until, reason: `${text}${added}` },
    });
  });

  test.each([
    ["Elicitation", { message: "Your name?" }, "permission.requested"],
    ["ElicitationResult", { action: "accept" }, "permission.resolved"],
    ["PermissionDenied", { tool_name: "Bash", tool_use_id: "t1", reason: "no" }, "permission.resolved"],
  ])("%s, which was not captured, is read by the CLI's own schema", (event, fields, kind) => {
    const { payload } = fixture("claude", "Notification.permission_prompt");
    expect(claudeCli.translate({ event, payload: { ...payload, ...fields } })[0]?.kind).toBe(kind);
  });

  test.each(fixtures("grok"))(
    "Grok's $file through Claude's settings means nothing",
    ({ event, payload }) => {
      expect(claudeCli.translate({ event, payload })).toEqual([]);
    },
  );

  test.each(["Setup", "WorktreeCreate", "TomorrowsEvent", "constructor"])("%s means nothing", (event) => {
    expect(claudeCli.translate({ event, payload: { session_id: "s" } })).toEqual([]);
  });

  test.each([{}, { session_id: "" }, { session_id: 4 }])("refuses a payload of no session: %j", (payload) => {
    expect(() => claudeCli.translate({ event: "Stop", payload })).toThrow(FleetError);
  });

  test("survives fields of other types", () => {
    const payload = { session_id: "s", prompt: 4, cwd: null, prompt_id: {}, permission_mode: ["x"] };
    expect(claudeCli.translate({ event: "UserPromptSubmit", payload })).toEqual([
      { kind: "prompt.submitted", data: { cli: "claude", cliSession: "s", prompt: "", nonces: [] } },
    ]);
  });
});

describe("drift of Claude's payloads", () => {
  test.each(fixtures("claude"))("$file lacks nothing", ({ event, payload }) => {
    expect(driftOf(claudeTable, event, payload)).toEqual([]);
  });

  const needed = fixtures("claude").flatMap(({ file, event, payload }) =>
    claudeEventNames
      .filter((name) => name === event)
      .flatMap((name) => claudeEvents[name].needs.map((field) => ({ file, event, payload, field }))),
  );

  test.each(needed)("$file without $field names it", ({ event, payload, field }) => {
    const { [field]: _, ...rest } = payload;
    expect(driftOf(claudeTable, event, rest)).toEqual([field]);
  });

  test("an event without meaning cannot drift", () => {
    expect(driftOf(claudeTable, "Setup", {})).toEqual([]);
  });
});
