import type { SessionRecord } from "@fleetbus/core";
import { expect, test } from "vitest";
import { ladderOf } from "./rungs.ts";
import { waiters } from "./waiters.ts";

const record: SessionRecord = {
  ...{ machine: "lab", name: "web", display: "web", cli: "gemini", state: "idle", hooked: true, wake: true },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "e0" },
};
const pane = { mux: "tmux", socket: "/tmp/tmux-1000/default", id: "%3" } as const;
const ladder = (session: Partial<SessionRecord>) =>
  ladderOf(
    { ...record, ...session },
    waiters(() => undefined),
    undefined,
  );

test.each(["gemini", "grok"])("%s in a pane is typed into", (cli) => {
  expect(ladder({ cli, pane })).toEqual([
    { rung: "tmux", isReady: true, why: "it is in tmux pane %3; typed only where that is safe" },
  ]);
});

test("a CLI whose composer nobody knows is not ready, pane or not", () => {
  const why = "fleet does not know how aide's composer looks, so nothing is typed into pane %3";
  expect(ladder({ cli: "aide", pane })).toEqual([{ rung: "tmux", isReady: false, why }]);
  expect(ladder({ cli: "constructor", pane })).toMatchObject([{ isReady: false }]);
  expect(ladder({ cli: "aide" })).toMatchObject([{ isReady: false, why: "it is in no tmux pane" }]);
});
