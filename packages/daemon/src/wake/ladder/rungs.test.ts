import { isTypedInto } from "@fleetbus/adapters";
import {
  adapterEntrySchema,
  configSchema,
  wakeSteps,
  type SessionRecord,
  type WakeStep,
} from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { customRungs } from "./custom.ts";
import { humanRungs, type HumanRungs } from "./human.ts";
import { cellOf, ladderFor, wakeLadder } from "./ladder.ts";
import { attemptsOf, ladderOf, type CrossSession } from "./rungs.ts";

const record: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "gemini", state: "idle", hooked: true, wake: true },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "e0" },
};
const pane = { mux: "tmux", socket: "/tmp/tmux-1000/default", id: "%3" } as const;
const human = { toast: ["desktop"], phone: [], isOn: true };
const socket = { messagingSocket: "/tmp/cc-socks/7.sock" };

function ladder(session: Partial<SessionRecord>, inbound?: CrossSession, isWaiting = false) {
  return ladderOf(
    { ...record, ...session },
    { waiters: { has: () => isWaiting }, inbound, human, custom: [] },
  );
}

const step = (rung: WakeStep, session: Partial<SessionRecord>, inbound?: CrossSession) =>
  ladder(session, inbound).find((each) => each.rung === rung);

test("every rung of the ladder is named for every session, in one order, with the reason", () => {
  for (const cli of ["claude", "codex", "gemini", "grok", "demo", "aide", "constructor"]) {
    const steps = ladder({ cli });
    expect(steps.map(({ rung }) => rung)).toEqual(wakeSteps);
    expect(steps.filter(({ why }) => why.length < 10)).toEqual([]);
  }
});

test("the planner climbs what the ladder calls ready, and nothing else", () => {
  const all = { ...socket, pane, permissionMode: "default" };
  expect(attemptsOf(ladder({ cli: "claude", ...all }, undefined, true))).toEqual([
    "rewake",
    "socket",
    "tmux",
  ]);
  expect(attemptsOf(ladder({ cli: "codex", ...all, cliSession: "t" }, "accept", true))).toEqual(["queue"]);
  expect(attemptsOf(ladder({ cli: "gemini", ...all, cliSession: "t" }, undefined, true))).toEqual(["tmux"]);
  expect(attemptsOf(ladder({ cli: "aide", ...all, cliSession: "t" }, undefined, true))).toEqual([]);
});

test("[want 12] no rung that types comes before one that does not, and each CLI of fleet has one to be woken by", () => {
  const [silent, typing]: readonly WakeStep[][] = [
    ["rewake", "queue", "socket"],
    ["tmux", "zellij", "pty"],
  ];
  const placeOf = (rung: WakeStep) => wakeSteps.indexOf(rung);
  expect(Math.max(...(silent ?? []).map(placeOf))).toBeLessThan(Math.min(...(typing ?? []).map(placeOf)));
  for (const cli of ["claude", "codex", "gemini", "grok"]) {
    const had = ladderFor(cli).flatMap(({ rung, has }) => (has ? [rung] : []));
    expect([...(silent ?? []), ...(typing ?? [])].filter((rung) => had.includes(rung))).not.toEqual([]);
  }
});

test("whom the ladder lets type in tmux, the tmux adapter knows the composer of", () => {
  const typed = Object.entries(wakeLadder.tmux.clis).flatMap(([cli, { has }]) => (has ? [cli] : []));
  expect(typed.filter((cli) => !isTypedInto(cli))).toEqual([]);
  expect(cellOf("tmux", "aide").has || isTypedInto("aide")).toBe(false);
});

describe("a session in a pane", () => {
  test.each(["claude", "gemini", "grok"])("of %s is typed into", (cli) => {
    expect(step("tmux", { cli, pane })).toEqual({
      ...{ rung: "tmux", isReady: true, why: "it is in tmux pane %3; typed only where that is safe" },
    });
    expect(step("tmux", { cli })).toMatchObject({ isReady: false, way: "start it in tmux" });
  });

  test.each(["aide", "constructor", "codex"])("of %s is not", (cli) => {
    expect(step("tmux", { cli, pane })).toMatchObject({ isReady: false, why: cellOf("tmux", cli).why });
  });
});

describe("Claude's socket", () => {
  test.each<[isReady: boolean, why: RegExp, mode: string | undefined, inbound: CrossSession]>([
    [true, /in plan/, "plan", undefined],
    [false, /ask you in a dialog/, "bypassPermissions", undefined],
    [true, /is accept/, "bypassPermissions", "accept"],
    [false, /is refuse/, "default", "refuse"],
    [false, /unknown until its first prompt/, undefined, undefined],
    [true, /is accept/, undefined, "accept"],
  ])("is ready: %s, for %s in mode %s with %s", (isReady, why, permissionMode, inbound) => {
    const session = { cli: "claude", ...socket, ...(permissionMode === undefined ? {} : { permissionMode }) };
    expect(step("socket", session, inbound)).toMatchObject({ isReady, why: expect.stringMatching(why) });
  });

  test("in bypassPermissions says what to set", () => {
    const { way } = step("socket", { cli: "claude", permissionMode: "bypassPermissions" }) ?? {};
    expect(way).toContain("crossSessionInbound");
  });
});

test("a session whose hooks are silent has no rung that reaches it, and each says so", () => {
  const steps = ladder({ cli: "gemini", pane, drift: "its title says that it works" });
  expect(attemptsOf(steps)).toEqual([]);
  expect(steps.find(({ rung }) => rung === "tmux")?.why).toContain("its hooks are silent (its title");
});

describe("the human's rungs", () => {
  const facts = { waiters: { has: () => false }, inbound: undefined, custom: [] };
  const told = (config: HumanRungs) =>
    ladderOf(record, { ...facts, human: config }).filter(({ rung }) => rung === "toast" || rung === "phone");

  test("are the adapters of me.via, by where they show what they are sent", () => {
    const via = ["desktop", "phone", "off"];
    const adapter = [
      adapterEntrySchema.parse({ name: "phone", type: "ntfy" }),
      adapterEntrySchema.parse({ name: "off", type: "ntfy", enabled: false }),
    ];
    const { me, wake } = configSchema.parse({ me: { via } });
    expect(humanRungs({ me, wake, adapter })).toEqual({ toast: ["desktop"], phone: ["phone"], isOn: true });
  });

  test("are ready for every session, also for one whose hooks are silent, and wake nobody", () => {
    expect(told({ toast: ["desktop"], phone: ["ntfy", "mail"], isOn: true })).toEqual([
      { rung: "toast", isReady: true, why: "desktop tells you when nothing above wakes it" },
      { rung: "phone", isReady: true, why: "ntfy, mail tells you when nothing above wakes it" },
    ]);
    const silent = ladder({ drift: "it answered" });
    expect(silent.find(({ rung }) => rung === "toast")?.isReady).toBe(true);
    expect(attemptsOf(silent)).toEqual([]);
  });

  test("say what is missing, and that they are switched off", () => {
    expect(told({ toast: [], phone: [], isOn: true }).map(({ way }) => way)).toEqual([
      'put "desktop" into me.via',
      "put one of docs/adapters into me.via",
    ]);
    expect(told({ toast: ["desktop"], phone: [], isOn: false }).map(({ why }) => why)).toEqual([
      "wake.tell_me is false",
      "wake.tell_me is false",
    ]);
  });
});

test.each([
  ["connected", ["wake.custom"], true],
  ["failing", ["wake.custom"], false],
  ["paused", ["wake.custom"], false],
  ["connected", ["turn.failed"], false],
] as const)(
  "an adapter of somebody's own that is %s and takes %j opens its rung: %s",
  (state, on, isReady) => {
    const custom = customRungs([{ name: "kitty", state, on }]);
    const facts = { waiters: { has: () => false }, inbound: undefined, human, custom };
    const own = ladderOf(record, facts).find(({ rung }) => rung === "custom");
    expect(own).toMatchObject({
      isReady,
      why: expect.stringContaining(isReady ? "kitty" : "no connected adapter"),
    });
  },
);
