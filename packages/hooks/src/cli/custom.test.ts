import { loadConfig, type CliConfig } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { customTable } from "./custom.ts";
import { hookCli, type HookCli } from "./hook-cli.ts";
import { driftOf } from "./table.ts";

const toml = `
[[cli]]
name = "aide"
event_field = "meta.event"
max_context = 300
[cli.fields]
session = "meta.session"
cwd = "workspace.root"
prompt = "input.text"
last_text = "output"
tool = "call.name"
tool_id = "call.id"
agent = "meta.worker"
[cli.events.boot]
kind = "session.started"
context = "adds"
[cli.events.ask]
kind = "prompt.submitted"
needs = ["input.text"]
context = "adds"
answer = "text"
[cli.events."call-start"]
kind = "tool.started"
context = "adds"
answer = "json:extra.note"
[cli.events.turn_end]
kind = "turn.stopped"
context = "continues"
answer = "block"
timeout = "1500ms"
[[cli.events.turn_end.when]]
field = "meta.why"
is = "limit"
kind = "turn.failed"
[[cli.events.turn_end.when]]
field = "meta.silent"
is = true
kind = "none"
`;

function configOf(text: string): CliConfig {
  const [config] = loadConfig(text, { path: "fleet.toml" }).config.cli;
  if (config === undefined) throw new Error("no [[cli]] in it");
  return config;
}

const table = customTable(configOf(toml));
const cli = hookCli(table);
const meta = (event: string, more: object = {}) => ({ meta: { session: "s1", event, ...more } });

/** As the daemon does it: the event's own name first. */
function meaning(payload: Record<string, unknown>, word = "x", of: HookCli = cli) {
  const request = { event: word, payload, pid: 4242 };
  return of.translate({ ...request, event: of.nameOf(request) });
}

describe("a CLI of the config", () => {
  const facts = { cli: "aide", cliSession: "s1", pid: 4242 };

  test.each([
    [
      { ...meta("boot"), workspace: { root: "/w" } },
      "session.started",
      { ...facts, cwd: "/w", hooked: true },
    ],
    [{ ...meta("ask"), input: { text: "go" } }, "prompt.submitted", { ...facts, prompt: "go" }],
    [
      { ...meta("call-start"), call: { name: "sh", id: "t1" } },
      "tool.started",
      { tool: "sh", toolUseId: "t1" },
    ],
    [{ ...meta("turn_end"), output: "ready" }, "turn.stopped", { outcome: "done", lastText: "ready" }],
    [{ ...meta("turn_end", { worker: "w1" }) }, "turn.stopped", { agentId: "w1" }],
    [meta("turn_end", { why: "limit" }), "turn.failed", facts],
  ])("is understood by its own names: %j is %s", (payload, kind, data) => {
    expect(meaning(payload)).toEqual([{ kind, data: expect.objectContaining(data) }]);
  });

  test.each([meta("turn_end", { silent: true }), meta("heartbeat"), meta("__proto__"), meta("constructor")])(
    "%j means nothing",
    (payload) => expect(meaning(payload)).toEqual([]),
  );

  test("the hook's line names the event, in letters alone, where no field does", () => {
    const own = hookCli(customTable(configOf(toml.replace('event_field = "meta.event"', ""))));
    const payload = { meta: { session: "s1", event: "ask" } };
    expect(meaning(payload, "turnend", own)).toMatchObject([{ kind: "turn.stopped" }]);
    expect(meaning(payload, "callstart", own)).toMatchObject([{ kind: "tool.started" }]);
    expect(meaning(payload, "turnends", own)).toEqual([]);
  });

  test("answers are written as it takes them, and no longer than it takes", () => {
    expect(cli.answer("boot", "hi")).toBe(
      '{"hookSpecificOutput":{"hookEventName":"boot","additionalContext":"hi"}}',
    );
    expect(cli.answer("ask", "hi")).toBe("hi");
    expect(cli.answer("call-start", 'a "b"')).toBe('{"extra":{"note":"a \\"b\\""}}');
    expect(cli.answer("turn_end", "hi")).toBe('{"decision":"block","reason":"hi"}');
    expect(cli.rules("turn_end")).toMatchObject({ takesContext: true, isContinuation: true });
    expect(cli.rules("heartbeat")).toMatchObject({ takesContext: false, isContinuation: false });
    expect(() => cli.answer("ask", "x".repeat(301))).toThrow(/aide/);
  });

  test("a missing field that its config needs is drift, the session's always", () => {
    expect(driftOf(table, "ask", { meta: { session: "s1" } })).toEqual(["input.text"]);
    expect(driftOf(table, "boot", { meta: {} })).toEqual(["meta.session"]);
    expect(driftOf(table, "ask", { ...meta("ask"), input: { text: "" } })).toEqual([]);
  });

  test("timeouts stand in its own unit, no shorter than asked", () => {
    expect(table.events["turn_end"]?.timeout).toBe(2);
    expect(table.events["boot"]?.timeout).toBe(10);
    const inMs = customTable(configOf(toml.replace("max_context", 'timeout_unit = "ms"\nmax_context')));
    expect(inMs.events["turn_end"]?.timeout).toBe(1500);
  });

  test("hooks of a shared process tell neither pid nor pane", () => {
    const shared = hookCli(
      customTable(configOf(toml.replace("max_context", "shared_process = true\nmax_context"))),
    );
    const [first] = meaning(meta("boot"), "x", shared);
    expect(first?.data).not.toHaveProperty("pid");
  });
});

describe("garbage in its payloads", () => {
  const noSession: readonly string[] = [
    "{}",
    '{"meta":null}',
    '{"meta":"s1"}',
    '{"meta":{"session":""}}',
    '{"meta":{"session":["s1"]}}',
    '{"meta":{"session":7}}',
    '{"__proto__":{"meta":{"session":"s1","event":"boot"}}}',
    '{"meta":{"__proto__":{"session":"s1","event":"boot"}}}',
    '{"session_id":"s1"}',
  ];

  test.each(noSession)("of no session is refused: %s", (text) => {
    const payload: Record<string, unknown> = JSON.parse(text);
    expect(() => meaning(payload, "boot")).toThrow(
      "reading the payload of aide's boot: no meta.session in it",
    );
  });

  test("of the wrong types in other fields leaves these out", () => {
    const wrong = { ...meta("ask", { worker: 7 }), workspace: [], input: { text: { deep: 1 } } };
    expect(meaning(wrong)).toEqual([
      {
        kind: "prompt.submitted",
        data: { cli: "aide", cliSession: "s1", pid: 4242, prompt: "", nonces: [] },
      },
    ]);
  });

  test("hostile keys tell nothing, and change no other object", () => {
    const text = `{"meta":{"session":"s1","event":"turn_end"},
      "__proto__":{"output":"forged","last_assistant_message":"forged","agent_id":"forged"},
      "constructor":{"prototype":{"polluted":true}}}`;
    const payload: Record<string, unknown> = JSON.parse(text);
    expect(JSON.stringify(meaning(payload))).not.toContain("forged");
    expect({}).not.toHaveProperty("polluted");
    expect({}).not.toHaveProperty("output");
  });

  test("deep nesting and megabytes are read like any other", () => {
    const deep = `{"meta":{"session":"s1","event":"ask"},"input":{"text":"go"},"more":${"[".repeat(5000)}${"]".repeat(5000)}}`;
    expect(meaning(JSON.parse(deep))).toMatchObject([{ data: { prompt: "go" } }]);
    const long = { ...meta("ask"), input: { text: "x".repeat(10_000_000) } };
    expect(meaning(long)).toMatchObject([{ kind: "prompt.submitted" }]);
  });
});
