import { expect, test } from "vitest";
import { callerSchema } from "@fleetbus/core/api";
import { callerOf } from "./caller.ts";

const table: Readonly<Record<number, string>> = {
  40: "40 (no de) x) S 30 40 40 34816 40 0",
  30: "30 (bash) S 20 30 30 34816 40 0",
  20: "20 (claude) S 1 20 20 0 -1 0",
  1: "1 (init) S 0 1 1 0 -1 0",
};

test("a caller tells its line of parents, its terminal, its session and its pane", () => {
  const env = { FLEET_SESSION: "web", CLAUDE_CODE_SESSION_ID: "c-1", TMUX_PANE: "%3", TMUX: "/tmp/t,1,0" };
  const caller = callerOf({ env, pid: 40 }, (pid) => table[pid]);
  expect(callerSchema.parse(caller)).toEqual({
    pid: 40,
    ancestors: [30, 20, 1],
    hasTty: true,
    session: "web",
    cliSession: "c-1",
    pane: "%3",
    tmux: "/tmp/t,1,0",
  });
});

test("a process that lost its terminal says so, and empty variables are none", () => {
  const caller = callerOf({ env: { FLEET_SESSION: "", TMUX: "" }, pid: 20 }, (pid) => table[pid]);
  expect(JSON.parse(JSON.stringify(caller))).toEqual({ pid: 20, ancestors: [1], hasTty: false });
});

test("without /proc the parent alone is told", () => {
  const caller = callerOf({ env: {}, pid: 40 }, () => undefined);
  expect(callerSchema.parse(caller).ancestors).toEqual([process.ppid]);
});

test("this very process is described from the real /proc", () => {
  expect(callerSchema.parse(callerOf({ env: {}, pid: process.pid })).ancestors[0]).toBe(process.ppid);
});
