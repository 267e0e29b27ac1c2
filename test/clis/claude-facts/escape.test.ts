import { describe, expect, test } from "vitest";
import { nonceTag } from "@fleetbus/core";
import { isShown, transcriptQuietMs } from "@fleetbus/hooks";
import { contextOf, type ClaudeLab } from "../../support/claude-lab.ts";
import {
  allowed,
  emptyComposer,
  escape,
  eventsOf,
  held,
  holding,
  offer,
  turn,
} from "../../support/claude-moves.ts";
import { useClaude } from "../../support/claude-suite.ts";

// Each title is a fact of docs/claude-code.md that fleet relies on.
const { lab } = useClaude();

describe.concurrent("Esc in Claude Code", () => {
  test("before output takes a typed prompt back with its context: no hook, no record, idle", async (context) => {
    const it = await lab(context);
    await turn(it, "warm up");
    await offer(it, "UserPromptSubmit", "gone01");
    await it.claude.submit("[[hold a]] one");
    await held(it);
    await it.waitForFate("gone01", "requested");
    const [events, facts] = [await eventsOf(it), it.facts().length];
    await escape(it);
    await it.claude.waitForScreen(/❯\s\[\[hold a\]\] one/);
    await new Promise((done) => setTimeout(done, transcriptQuietMs));
    expect(await eventsOf(it)).toEqual(events);
    expect(it.facts()).toHaveLength(facts);
    expect(isShown(it.proof("gone01"), { hasEnded: true })).toBe(false);
    await emptyComposer(it);
    await turn(it, "second");
    expect(holding(it, "gone01")).toMatchObject([{ end: "aborted", hadOutput: false }]);
    await it.waitForFate("gone01", "rewound");
  });

  test.for([
    {
      at: "after output began",
      prompt: "[[drip 20000]] [[say hello world]] go",
      fate: "requested",
      begun: ({ claude }: ClaudeLab) => claude.waitForScreen(/^● hello$/mu),
    },
    {
      at: "in a tool",
      prompt: "[[run sleep 20]] go",
      fate: "answered",
      begun: ({ hooks }: ClaudeLab) => hooks.waitForCall("PreToolUse"),
    },
  ] as const)(
    "$at keeps what the turn brought, fires no hook, and is idle",
    async ({ prompt, fate, begun }, context) => {
      const it = await lab(context, { settings: allowed });
      await turn(it, "warm up");
      await offer(it, "UserPromptSubmit", "kept01");
      await it.claude.submit(prompt);
      await begun(it);
      await it.waitForFate("kept01", fate);
      const events = await eventsOf(it);
      await escape(it);
      await it.waitForFate("kept01", "answered");
      expect(await eventsOf(it)).toEqual(events);
      await turn(it, "second");
      expect(holding(it, "kept01").at(-1)?.seq).toBe(it.model.requests().length - 1);
    },
  );

  test("at a permission dialog: waiting, then idle, without a hook", async (context) => {
    const it = await lab(context);
    await it.claude.submit("[[run touch a]] go");
    await it.hooks.waitForCall("PermissionRequest");
    const waiting = await it.waitForStatus("waiting");
    expect(waiting.session.waitingFor).toBe("permission prompt");
    await escape(it);
    expect(await eventsOf(it)).toEqual([
      "SessionStart",
      "UserPromptSubmit",
      "PreToolUse",
      "PermissionRequest",
    ]);
  });

  test.for([
    { of: "a continuation", nonce: "cont01" },
    { of: "a rewake", nonce: "wake01" },
    { of: "a message by socket", nonce: "sock01" },
  ])("before output of $of keeps what it brought for the next request", async ({ of, nonce }, context) => {
    const it = await lab(context, { rewakeOn: ["SessionStart"] });
    const text = `${nonceTag(nonce)} [[hold a]]`;
    if (of === "a continuation") await it.hooks.answerNext("Stop", contextOf("Stop", text));
    await turn(it, "warm up");
    if (of === "a rewake") await it.hooks.rewake(text);
    if (of === "a message by socket") await it.sendToSocket(text);
    await held(it);
    await it.waitForFate(nonce, "requested");
    await escape(it);
    await it.waitForFate(nonce, "kept");
    it.model.release("a");
    await turn(it, "second");
    expect(holding(it, nonce).map((request) => request.end)).toEqual(["aborted", "answered"]);
    await it.waitForFate(nonce, "answered");
  });
});
