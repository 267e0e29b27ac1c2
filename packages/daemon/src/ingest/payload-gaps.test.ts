import { expect, test } from "vitest";
import { knownClis } from "./clis.ts";
import { payloadGaps } from "./payload-gaps.ts";

test("fields that a payload lacks are counted by CLI, event and name, the most frequent first", () => {
  const gaps = payloadGaps();
  const codex = knownClis().get("codex");
  const payload = { session_id: "s", cwd: "/w", hook_event_name: "Stop", turn_id: "t", mood: "sunny" };
  for (const more of [{ stop_hook_active: false }, {}]) {
    const call = { cli: "codex", event: "Stop", payload: { ...payload, ...more } };
    gaps.note(call, codex?.missing(call) ?? []);
  }
  expect(gaps.list()).toEqual([
    { cli: "codex", event: "Stop", field: "last_assistant_message", count: 2 },
    { cli: "codex", event: "Stop", field: "stop_hook_active", count: 1 },
  ]);
});

test("a payload of somebody else, and an event of no meaning, lack nothing", () => {
  const claude = knownClis().get("claude");
  const payload = { hookEventName: "stop", sessionId: "s" };
  expect(claude?.missing({ event: "Stop", payload })).toEqual([]);
  expect(claude?.missing({ event: "Tomorrow", payload: {} })).toEqual([]);
});
