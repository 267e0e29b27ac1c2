import { expect, test } from "vitest";
import type { FleetEvent } from "@fleetbus/core";
import { fakeClock } from "@fleetbus/core/testing";
import { parseHookRequest } from "@fleetbus/hooks";
import { knownClis } from "./clis.ts";
import { takeHook } from "./hooks.ts";

/** What is applied to the registry when a session that nobody knew calls its first hook. */
async function appliedBy(
  event: string,
  headers: Readonly<Record<string, string>>,
  cli = "claude",
): Promise<readonly FleetEvent[]> {
  const clock = fakeClock();
  const applied: FleetEvent[] = [];
  const call = parseHookRequest({
    path: `/v1/hook/${cli}/${event}`,
    headers,
    body: JSON.stringify({ session_id: "a", cwd: "/shop", prompt: "hello" }),
    now: clock.now(),
  });
  await clock.advance(60_000); // it was dropped as a file, and is read later
  await takeHook(call, {
    machine: "lab",
    clis: () => knownClis(),
    registry: { identify: () => undefined, find: () => undefined, apply: (each) => void applied.push(each) },
    outbox: { add: () => Promise.resolve() },
    conversation: { take: () => Promise.resolve(undefined) },
    clock,
    ids: () => `id${applied.length}`,
    encode: () => ({ subject: "x", data: new Uint8Array(), headers: {}, dedupeId: "x" }),
    gaps: { note: () => undefined },
    startOf: () => undefined,
    hasTerminal: (pid) => Promise.resolve(pid === 42),
    ptyOf: () => Promise.resolve(undefined),
    rungOf: () => undefined,
    rules: () => ({ role: "by-config", parent: "boss" }),
    name: () => Promise.resolve({ name: "shop", display: "shop" }),
    open: () => Promise.resolve(),
    onError: () => undefined,
  });
  return applied;
}

test.each(["UserPromptSubmit", "PostToolUse", "Stop"])(
  "a session whose first hook is %s starts with role and parent of its environment",
  async (event) => {
    const [started] = await appliedBy(event, { "x-fleet-role": "backend", "x-fleet-parent": "lead" });
    expect(started).toMatchObject({
      kind: "session.started",
      data: { reason: "hooked", role: "backend", parent: "lead", cwd: "/shop" },
    });
  },
);

test("the start is as old as the hook, which would count as older than its session else", async () => {
  const [started] = await appliedBy("UserPromptSubmit", {});
  expect(started?.time).toBe(new Date(fakeClock().now()).toISOString());
});

test("without them it has those of the machine's config", async () => {
  const [started] = await appliedBy("UserPromptSubmit", {});
  expect(started?.data).toMatchObject({ role: "by-config", parent: "boss" });
});

test.each<readonly [process: string, pid: string, facts: object]>([
  [
    "the window's own process, which has a terminal",
    "42",
    { pid: 42, pane: { mux: "tmux", socket: "/t", id: "%3" } },
  ],
  ["the daemon of all its sessions", "43", { pid: undefined, pane: undefined }],
])("Codex' hooks in %s: pid and pane are the session's only there", async (_, pid, facts) => {
  const place = { "x-fleet-pid": pid, "x-fleet-pane": "%3", "x-fleet-tmux": "/t,1,0" };
  const [started] = await appliedBy("UserPromptSubmit", place, "codex");
  const { pid: told, pane } = started?.data ?? {};
  expect({ pid: told, pane }).toEqual(facts);
});
