import { systemClock, type FleetEvent, type SessionRecord } from "@fleetbus/core";
import { claudeCli } from "@fleetbus/hooks";
import { afterEach, beforeEach, expect, it } from "vitest";
import { surroundings, type Surroundings } from "../inbox/mailbox.test.support.ts";
import type { Mailbox } from "../inbox/mailbox.ts";
import { knownClis } from "./clis.ts";
import { conversation, type ConversationDeps } from "./conversation.ts";

let at: Surroundings;
let mailbox: Mailbox;
let looks: number;
let changed: string[];

beforeEach(async () => {
  at = await surroundings();
  mailbox = await at.open();
  looks = 0;
  changed = [];
});
afterEach(() => at.close());

const record: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "claude", state: "busy", hooked: true, wake: true },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "e0" },
};
const event: FleetEvent = {
  ...{ id: "e1", kind: "prompt.submitted", from: { machine: "lab", session: "web" }, origin: "system" },
  ...{ time: "2026-01-01T00:00:00.000Z", data: { cli: "claude", promptId: "p1" } },
};

const deps = (): ConversationDeps => ({
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
    look: () => {
      looks += 1;
      return Promise.resolve(undefined);
    },
    change: () => Promise.resolve(),
    hasLost: () => false,
    forget: () => undefined,
  },
  clock: systemClock,
  mailbox: () => mailbox,
  choose: () => undefined,
  continued: () => Promise.resolve(() => undefined),
  heard: () => undefined,
  prompted: () => undefined,
  changed: (name) => changed.push(name),
  deferred: () => undefined,
  onError: (error) => {
    throw error;
  },
});

it("a transcript is followed from the first offer on, not by each session that ever called", async () => {
  const cli = knownClis().get("claude") ?? claudeCli;
  const call = {
    verb: "hook",
    cli: "claude",
    event: "UserPromptSubmit",
    time: event.time,
    payload: {},
  } as const;
  const talk = conversation(deps());
  await talk.take({ call, cli: { ...cli, translate: () => [] }, events: [event], isAnswered: true });
  expect(looks).toBe(0);
  await at.say("a");
  await talk.take({ call, cli: { ...cli, translate: () => [] }, events: [event], isAnswered: true });
  expect(looks).toBe(1);
});

it("[want 7] while a Stop is answered its session is not to be woken for what that answer may take", async () => {
  const cli = knownClis().get("claude") ?? claudeCli;
  const call = { verb: "hook", cli: "claude", event: "Stop", time: event.time, payload: {} } as const;
  await at.say("a");
  const talk = conversation(deps());
  const stop: FleetEvent = { ...event, kind: "turn.stopped" };
  const taken = talk.take({ call, cli: { ...cli, translate: () => [] }, events: [stop], isAnswered: true });
  expect(talk.isAnswering("web")).toBe(true);
  expect(changed).toEqual([]);
  await taken;
  expect(talk.isAnswering("web")).toBe(false);
  expect(changed).toEqual(["web"]);
});
