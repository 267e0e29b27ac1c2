import { describe, expect, test } from "vitest";
import { listClaudeAgents, transcriptQuietMs } from "@fleetbus/hooks";
import {
  allowed,
  emptyComposer,
  eventsOf,
  held,
  holding,
  nth,
  offer,
  requestsWith,
  turn,
} from "../../support/claude-moves.ts";
import { useClaude } from "../../support/claude-suite.ts";
import { until } from "../../support/claude.ts";

// Each title is a fact of docs/claude-code.md that fleet relies on.
const { lab, binary } = useClaude();

describe.concurrent("turns and sessions of Claude Code", () => {
  test("are listed idle, busy and idle again, with pid, pane and socket", async (context) => {
    const it = await lab(context);
    const idle = await it.waitForStatus("idle");
    expect(idle.session).toMatchObject({ pid: it.claude.pid, cwd: it.project });
    expect(idle.session.tmux).toMatch(new RegExp(`\\.${it.claude.pane}$`));
    expect(idle.session.messagingSocketPath).toMatch(/\.sock$/);
    await it.claude.submit("[[hold a]] hello");
    await held(it);
    await it.waitForStatus("busy");
    it.model.release("a");
    const stop = await nth(it.hooks, "Stop", 0);
    await it.waitForStatus("idle", stop.at);
  });

  test("are listed by its own command; a killed one is not, though its file stays", async (context) => {
    const it = await lab(context);
    const ask = () => listClaudeAgents({ binary: binary(), env: { ...process.env, HOME: it.home } });
    await it.waitForStatus("idle");
    expect(await ask()).toMatchObject([{ pid: it.claude.pid, cwd: it.project, status: "idle" }]);
    await it.claude.kill();
    // Listed for as long as its parent has not reaped it.
    const isGone = async () => (await ask()).length === 0;
    await until(isGone, { timeoutMs: 20_000, what: () => "it to leave the list" });
  });

  test("a prompt that a human submits while it is busy fires at once, with the running prompt_id, and not again", async (context) => {
    const it = await lab(context);
    await it.claude.submit("[[hold a]] one");
    await held(it);
    await offer(it, "UserPromptSubmit", "queued");
    await it.claude.submit("human words");
    const [first, second] = [
      await nth(it.hooks, "UserPromptSubmit", 0),
      await nth(it.hooks, "UserPromptSubmit", 1),
    ];
    expect(second.payload).toMatchObject({ prompt: "human words", prompt_id: first.payload["prompt_id"] });
    it.model.release("a");
    const stop = await nth(it.hooks, "Stop", 1);
    expect(stop.payload["prompt_id"]).not.toBe(first.payload["prompt_id"]);
    expect(await it.hooks.calls("UserPromptSubmit")).toHaveLength(2);
    expect(requestsWith(it, "queued")).toEqual([1]);
  });

  test("a queued prompt that its human takes back drops the context offered with it", async (context) => {
    const it = await lab(context);
    await it.claude.submit("[[hold a]] one");
    await held(it);
    await offer(it, "UserPromptSubmit", "dropped");
    await it.claude.submit("human words");
    await nth(it.hooks, "UserPromptSubmit", 1);
    await it.claude.waitForScreen(/Press up to edit/);
    await it.claude.press("Up");
    await it.claude.waitForScreen(/❯\shuman words/);
    await emptyComposer(it);
    it.model.release("a");
    await nth(it.hooks, "Stop", 0);
    await turn(it, "second");
    expect(holding(it, "dropped")).toEqual([]);
    expect(it.proof("dropped")).toBeUndefined();
  });

  test("a shell line of the human makes a turn without a prompt event", async (context) => {
    const it = await lab(context);
    await it.claude.type("!");
    await it.claude.type("echo hi");
    await it.claude.press("Enter");
    await nth(it.hooks, "Stop", 0);
    expect(await eventsOf(it)).toEqual(["SessionStart", "Stop"]);
    expect(it.model.requests()).toHaveLength(1);
  });

  test("a sub-agent's hooks carry its id, and its requests are not in the session's transcript", async (context) => {
    const it = await lab(context, { settings: allowed });
    await it.claude.submit("[[agent look around]] go");
    const stopped = await it.hooks.waitForCall("SubagentStop", (call) => call.payload["agent_type"] !== "");
    const asked = it.model.requests().find((request) => request.agent !== undefined);
    expect(asked?.agent).toBe(stopped.payload["agent_id"]);
    expect(asked?.session).toBe(stopped.payload["session_id"]);
    await it.hooks.waitForCall("UserPromptSubmit", (call) =>
      String(call.payload["prompt"]).includes("<task-notification>"),
    );
    await nth(it.hooks, "Stop", 1);
    const own = it.model.requests().filter((request) => request.agent === undefined);
    const recorded = () => it.facts().filter((fact) => fact.kind === "request").length;
    await until(() => recorded() === own.length, { timeoutMs: 20_000, what: () => `${own.length} requests` });
  });

  test("an API error ends the turn with StopFailure and keeps what it brought", async (context) => {
    const it = await lab(context);
    await offer(it, "UserPromptSubmit", "kept01");
    await it.claude.submit("[[fail 400]] go");
    await it.hooks.waitForCall("StopFailure");
    const prompt = await it.hooks.waitForCall("UserPromptSubmit");
    await it.waitForStatus("idle", prompt.at);
    await it.waitForFate("kept01", "kept");
    expect(await it.hooks.calls("Stop")).toEqual([]);
    await turn(it, "[[say fine]] again");
    expect(holding(it, "kept01").at(-1)?.end).toBe("answered");
    await it.waitForFate("kept01", "answered");
  });

  test("without records of requests, an answer on the live chain still proves", async (context) => {
    const it = await lab(context, { env: { CLAUDE_CODE_ELEGANT_MEADOW: "0" } });
    await offer(it, "UserPromptSubmit", "offer1");
    await turn(it, "hello");
    expect((await it.waitForFate("offer1", "answered")).requestedAt).toEqual([]);
    expect(it.facts().filter((fact) => fact.kind === "request")).toEqual([]);
  });

  test("as another session's child it keeps no transcript and no place in the list", async (context) => {
    const it = await lab(context, { env: { CLAUDECODE: "1", CLAUDE_CODE_CHILD_SESSION: "1" } });
    await turn(it, "hello");
    await new Promise((done) => setTimeout(done, transcriptQuietMs));
    expect(it.statuses()).toEqual([]);
    expect(it.facts()).toEqual([]);
  });

  test("/exit ends its waiters, its hooks say why, and its place in the list goes", async (context) => {
    const it = await lab(context, { rewakeOn: ["SessionStart"] });
    await until(async () => (await it.hooks.waiting()) === 1, { timeoutMs: 20_000, what: () => "a waiter" });
    await it.claude.exit();
    expect((await it.hooks.calls("SessionEnd"))[0]?.payload["reason"]).toBe("prompt_input_exit");
    await until(async () => (await it.hooks.waiting()) === 0, { timeoutMs: 20_000, what: () => "no waiter" });
  });
});
