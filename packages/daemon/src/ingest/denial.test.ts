import { systemClock, type FleetEvent, type Message, type SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { chooseOffer } from "../inbox/choose.ts";
import { surroundings, type Surroundings } from "../inbox/mailbox.test.support.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import { knownClis } from "./clis.ts";
import { conversation, type Conversation } from "./conversation.ts";
import type { HookAnswer } from "./hooks.ts";

let at: Surroundings;
let mailbox: Mailbox;
let talk: Conversation;

beforeEach(async () => {
  at = await surroundings();
  mailbox = await at.open();
  talk = conversation({
    registry: {
      ...{
        all: () => [record],
        live: () => [record],
        find: () => record,
        identify: () => record,
        liveAmong: () => record,
      },
      ...{ apply: () => record, restore: () => undefined, rename: () => record, forget: () => undefined },
    },
    evidence: {
      look: () => Promise.resolve(undefined),
      change: () => Promise.resolve(),
      hasLost: () => false,
      forget: () => undefined,
    },
    clock: systemClock,
    mailbox: () => mailbox,
    choose: (box, point) => chooseOffer(box, { ...point, showHuman: false }, at.clock.now()),
    continued: () => Promise.resolve(() => undefined),
    heard: () => undefined,
    prompted: () => undefined,
    changed: () => undefined,
    deferred: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
});
afterEach(() => at.close());

const record: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "claude", state: "busy", hooked: true, wake: true },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "e0" },
};

/** A hook of that CLI, as its client would read the answer. */
async function hook(name: string, event: string, data: FleetEvent["data"] = {}): Promise<HookAnswer> {
  const cli = knownClis().get(name);
  if (cli === undefined) throw new Error(`no CLI ${name}`);
  const time = "2026-01-01T00:00:00.000Z";
  const kind = event === "PostToolUse" ? "tool.finished" : "tool.started";
  const from = { machine: "lab", session: "web" };
  const told: FleetEvent = { id: "e1", kind, from, origin: "system", time, data: { cli: name, ...data } };
  const call = { verb: "hook", cli: name, event, time, payload: {} } as const;
  const answer = await talk.take({ call, cli, events: [told], isAnswered: true });
  return answer ?? { body: "", settle: () => undefined };
}

async function send(id: string, extra: Partial<Message>): Promise<void> {
  await at.say(id, extra);
  await mailbox.refill();
}

const stop = { mode: "stop", body: "the schema changed" } as const;

describe("[want 22] a message to stop for, before a tool call", () => {
  test.each([
    ["claude", "PreToolUse", /"permissionDecision":"deny".*the schema changed/u],
    ["codex", "PreToolUse", /"permissionDecision":"deny".*the schema changed/u],
    ["gemini", "BeforeTool", /^\{"decision":"deny","reason":.*the schema changed/u],
  ])("denies it in %s with the message, once", async (name, event, said) => {
    await send("a", stop);
    const answer = await hook(name, event);
    expect(answer.body).toMatch(said);
    answer.settle(true);
    expect(at.stages.slice(-1)).toEqual(["a offered"]);
    expect((await hook(name, event)).body).toBe("");
  });

  test("denies it in grok, which cuts reasons, by a line; the message goes along with the next call", async () => {
    await send("a", stop);
    const denied = await hook("grok", "PreToolUse");
    expect(denied.body).toMatch(/"deny".*lab\/api sent a message to stop for/u);
    expect(denied.body).not.toContain(stop.body);
    denied.settle(true);
    expect(at.stages).not.toContain("a offered");
    const next = await hook("grok", "PreToolUse");
    expect(next.body).toMatch(/additionalContext.*the schema changed/u);
    expect(next.body).not.toContain("deny");
    next.settle(true);
    expect(at.stages.slice(-1)).toEqual(["a offered"]);
  });

  test.each(["claude", "grok"])(
    "is denied for again in %s when its client never read the answer",
    async (name) => {
      await send("a", stop);
      (await hook(name, "PreToolUse")).settle(false);
      expect((await hook(name, "PreToolUse")).body).toContain('"deny"');
    },
  );

  test.each([
    ["sent at once", { mode: "now" }],
    ["of the usual mode", { mode: "turn" }],
    ["for an idle session", { mode: "idle" }],
  ] as const)("is the only one: a message %s denies nothing", async (_, extra) => {
    await send("a", { ...extra, priority: "urgent" });
    for (const [name, event] of [
      ["claude", "PreToolUse"],
      ["gemini", "BeforeTool"],
    ] as const)
      expect((await hook(name, event)).body).not.toMatch(/deny|allow/u);
  });

  test("goes along with a tool that has run, and a sub-agent's call is left alone", async () => {
    await send("a", stop);
    expect((await hook("claude", "PreToolUse", { agentId: "helper" })).body).toBe("");
    const after = await hook("claude", "PostToolUse");
    expect(after.body).toMatch(/additionalContext.*the schema changed/u);
  });

  test("leaves what else waits to the next place that takes context", async () => {
    await send("now", { mode: "now", body: "something else" });
    await send("a", stop);
    expect((await hook("claude", "PreToolUse")).body).not.toContain("something else");
    expect((await hook("claude", "PreToolUse")).body).toMatch(/additionalContext.*something else/u);
  });
});
