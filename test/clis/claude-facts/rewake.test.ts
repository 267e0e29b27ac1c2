import { describe, expect, test } from "vitest";
import { nonceTag } from "@fleetbus/core";
import {
  allowed,
  eventsOf,
  held,
  holding,
  modes,
  nth,
  offer,
  requestsWith,
  turn,
} from "../../support/claude-moves.ts";
import { useClaude } from "../../support/claude-suite.ts";
import { until } from "../../support/claude.ts";

// Each title is a fact of docs/claude-code.md that fleet relies on.
const { lab } = useClaude();

describe.concurrent("an asyncRewake waiter of Claude Code", () => {
  test.for(modes)(
    "wakes an idle session in %s: a prompt event whose context is honoured",
    async (permissionMode, context) => {
      const it = await lab(context, { rewakeOn: ["SessionStart"], permissionMode });
      await turn(it, "warm up");
      await offer(it, "UserPromptSubmit", "offer1");
      await it.hooks.rewake(nonceTag("wake01"));
      const stop = await nth(it.hooks, "Stop", 1);
      const prompt = (await it.hooks.calls("UserPromptSubmit"))[1];
      expect(prompt?.payload["prompt"]).toContain(nonceTag("wake01"));
      expect(prompt?.payload).toMatchObject({
        permission_mode: permissionMode,
        prompt_id: stop.payload["prompt_id"],
      });
      expect(requestsWith(it, "wake01")).toEqual([1]);
      expect(requestsWith(it, "offer1")).toEqual([1]);
      await it.waitForFate("wake01", "answered");
      await it.waitForFate("offer1", "answered");
    },
  );

  test("makes the Stop of its turn say stop_hook_active, though nothing was continued", async (context) => {
    const it = await lab(context, { rewakeOn: ["SessionStart"] });
    await turn(it, "warm up");
    await it.hooks.rewake("mail");
    expect((await nth(it.hooks, "Stop", 1)).payload["stop_hook_active"]).toBe(true);
  });

  test("is delivered with a tool's result, by a prompt event of the running prompt_id", async (context) => {
    const it = await lab(context, { rewakeOn: ["SessionStart"], settings: allowed });
    await it.claude.submit("[[run sleep 1; echo done]] go");
    const tool = await it.hooks.waitForCall("PreToolUse");
    await offer(it, "UserPromptSubmit", "offer1");
    await it.hooks.rewake(nonceTag("wake01"));
    await nth(it.hooks, "Stop", 0);
    const order = ["PreToolUse", "PostToolUse", "PostToolBatch", "UserPromptSubmit", "Stop"];
    expect((await eventsOf(it)).slice(2)).toEqual(order);
    expect((await it.hooks.calls("UserPromptSubmit"))[1]?.payload["prompt_id"]).toBe(
      tool.payload["prompt_id"],
    );
    expect(requestsWith(it, "wake01")).toEqual([1]);
    expect(requestsWith(it, "offer1")).toEqual([1]);
    await it.waitForFate("wake01", "answered");
  });

  test("is queued while an answer streams, and makes its own turn after it", async (context) => {
    const it = await lab(context, { rewakeOn: ["SessionStart"] });
    await it.claude.submit("[[hold a]] go");
    await held(it);
    await it.hooks.rewake(nonceTag("wake01"));
    await until(async () => (await it.hooks.waiting()) === 0, {
      timeoutMs: 20_000,
      what: () => "the waiter's end",
    });
    it.model.release("a");
    const [first, second] = [await nth(it.hooks, "Stop", 0), await nth(it.hooks, "Stop", 1)];
    expect(second.payload["prompt_id"]).not.toBe(first.payload["prompt_id"]);
    expect((await eventsOf(it)).slice(1)).toEqual(["UserPromptSubmit", "Stop", "UserPromptSubmit", "Stop"]);
    expect(requestsWith(it, "wake01")).toEqual([1]);
  });

  test("survives /clear and wakes the session that came after it", async (context) => {
    const it = await lab(context, { rewakeOn: ["SessionStart"] });
    await turn(it, "hello");
    await it.claude.submit("/clear");
    const start = await it.hooks.waitForCall("SessionStart", (call) => call.payload["source"] === "clear");
    await until(async () => (await it.hooks.waiting()) === 2, {
      timeoutMs: 20_000,
      what: () => "two waiters",
    });
    for (const [index, nonce] of ["wake01", "wake02"].entries()) {
      await it.hooks.rewake(nonceTag(nonce));
      await nth(it.hooks, "Stop", index + 1);
      expect(holding(it, nonce)[0]?.session).toBe(start.payload["session_id"]);
    }
    expect(await it.hooks.waiting()).toBe(0);
  });
});
