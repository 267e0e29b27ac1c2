import { describe, expect, test } from "vitest";
import { nonceTag } from "@fleetbus/core";
import { until } from "../../support/claude.ts";
import { contextOf, type ClaudeLab } from "../../support/claude-lab.ts";
import { allowed, eventsOf, holding, nth, offer, requestsWith, turn } from "../../support/claude-moves.ts";
import { useClaude } from "../../support/claude-suite.ts";

// Each title is a fact of docs/claude-code.md that fleet relies on.
const { lab } = useClaude();

/** The record of a request may be written after that of its answer. */
async function answeredAfterOneRequest(it: ClaudeLab, nonce: string): Promise<void> {
  await it.waitForFate(nonce, "answered");
  const requests = () => it.proof(nonce)?.requestedAt.length ?? 0;
  await until(() => requests() > 0, { timeoutMs: 20_000, what: () => `the request that held ${nonce}` });
  expect(requests()).toBe(1);
}

describe.concurrent("context that hooks offer to Claude Code", () => {
  test("at SessionStart reaches the first request, at UserPromptSubmit its prompt's", async (context) => {
    const it = await lab(context, {
      before: (hooks) => hooks.answerNext("SessionStart", contextOf("SessionStart", nonceTag("start1"))),
    });
    await offer(it, "UserPromptSubmit", "prompt1");
    await turn(it, "hello");
    expect(requestsWith(it, "start1")).toEqual([0]);
    expect(requestsWith(it, "prompt1")).toEqual([0]);
    await answeredAfterOneRequest(it, "start1");
    await answeredAfterOneRequest(it, "prompt1");
  });

  test("at PreToolUse, PostToolUse and PostToolBatch reaches the next request of the turn, tools in parallel too", async (context) => {
    const it = await lab(context, { settings: allowed });
    const events = ["PreToolUse", "PostToolUse", "PostToolBatch"];
    for (const event of events) await offer(it, event, event.toLowerCase());
    await turn(it, "[[run sleep 0.5; echo a ;; echo b]] go");
    for (const event of events) {
      expect(requestsWith(it, event.toLowerCase()), event).toEqual([1]);
      await answeredAfterOneRequest(it, event.toLowerCase());
    }
  });

  test("at Stop continues the turn: no prompt event, the same prompt_id, then Stop with stop_hook_active", async (context) => {
    const it = await lab(context);
    await offer(it, "Stop", "mail01");
    const first = await turn(it, "hello");
    const second = await nth(it.hooks, "Stop", 1);
    expect(requestsWith(it, "mail01")).toEqual([1]);
    expect(await eventsOf(it)).toEqual(["SessionStart", "UserPromptSubmit", "Stop", "Stop"]);
    expect(second.payload).toMatchObject({ stop_hook_active: true, prompt_id: first.payload["prompt_id"] });
    await it.waitForFate("mail01", "answered");
  });

  test("at Stop counts toward the cap of 8; what the ninth offers waits for the next prompt", async (context) => {
    const it = await lab(context);
    await it.hooks.answerAlways("Stop", contextOf("Stop", nonceTag("always")));
    await turn(it, "hello");
    const ninth = await nth(it.hooks, "Stop", 8);
    await it.waitForStatus("idle", ninth.at);
    expect(it.model.requests()).toHaveLength(9);
    expect(await it.hooks.calls("Stop")).toHaveLength(9);
    await it.hooks.answerAlways("Stop", {});
    await offer(it, "Stop", "late01");
    await turn(it, "again");
    expect(
      it.model.requests()[9]?.messages.filter((message) => message.text.includes(nonceTag("always"))),
    ).toHaveLength(9);
  });

  test("is whole up to 10,000 characters, and a pointer to a file beyond", async (context) => {
    const it = await lab(context);
    const [whole, over] = ["é".repeat(10_000), "x".repeat(10_001)];
    await it.hooks.answerNext("UserPromptSubmit", contextOf("UserPromptSubmit", whole));
    await turn(it, "one");
    await it.hooks.answerNext("UserPromptSubmit", contextOf("UserPromptSubmit", over));
    await turn(it, "two");
    expect(it.model.holding(whole).length).toBeGreaterThan(0);
    expect(it.model.holding(over)).toEqual([]);
    expect(it.model.holding("<persisted-output>").length).toBeGreaterThan(0);
  });

  test("at the start after /clear reaches the new session's first request", async (context) => {
    const it = await lab(context);
    const before = await turn(it, "hello");
    await offer(it, "SessionStart", "clear1");
    await it.claude.submit("/clear");
    const start = await it.hooks.waitForCall("SessionStart", (call) => call.payload["source"] === "clear");
    await turn(it, "again");
    expect(start.payload["session_id"]).not.toBe(before.payload["session_id"]);
    expect(holding(it, "clear1").map((request) => request.session)).toEqual([start.payload["session_id"]]);
    expect(it.statuses().at(-1)?.session).toMatchObject({
      pid: it.claude.pid,
      sessionId: start.payload["session_id"],
    });
  });

  test("from before a compaction is gone after it", async (context) => {
    const it = await lab(context);
    await offer(it, "UserPromptSubmit", "before");
    await turn(it, "hello");
    await offer(it, "SessionStart", "compact");
    await it.claude.submit("/compact");
    const compacted = await it.hooks.waitForCall("PostCompact");
    await it.waitForStatus("idle", compacted.at);
    await turn(it, "after");
    const last = it.model.requests().length - 1;
    expect(requestsWith(it, "compact")).toEqual([last]);
    expect(requestsWith(it, "before")).not.toContain(last);
    await it.waitForFate("compact", "answered");
  });
});
