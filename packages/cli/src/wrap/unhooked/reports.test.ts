import { expect, test } from "vitest";
import type { PtyReport, PtyReportAnswer } from "@fleetbus/core/api";
import { fakeClock } from "@fleetbus/core/testing";
import { reports } from "./reports.ts";

const base = {
  pty: { id: "7-abc", socket: "/run/pty-7", pid: 7 },
  pid: 8,
  cli: "aide",
  cwd: "/",
  name: "web",
};
const report = (state: PtyReport["state"], prompt?: string): PtyReport => ({
  ...base,
  state,
  ...(prompt === undefined ? {} : { prompt }),
});

/** A daemon that can be away, and what it was told. */
function stage() {
  const clock = fakeClock();
  const over = new AbortController();
  const heard: string[] = [];
  const daemon: { isUp: boolean; answer: PtyReportAnswer } = {
    isUp: true,
    answer: { session: "web", why: "" },
  };
  const send = ({ state, prompt }: PtyReport) => {
    if (!daemon.isUp) return Promise.reject(new Error("down"));
    heard.push(prompt === undefined ? state : `${state} ${prompt}`);
    return Promise.resolve(daemon.answer);
  };
  return { clock, over, heard, daemon, told: reports({ clock, send, signal: over.signal }) };
}

test("what is seen is told in order", async () => {
  const { heard, told } = stage();
  for (const state of ["starting", "idle"] as const) {
    told.tell(report(state));
    await told.told();
  }
  told.tell(report("busy", "a line"));
  told.tell(report("idle"));
  await told.told();
  expect(heard).toEqual(["starting", "idle", "busy a line", "idle"]);
});

test("a daemon that is away hears of it when it is back: first who it is, then how it is now", async () => {
  const { clock, heard, daemon, told } = stage();
  daemon.isUp = false;
  for (const state of ["starting", "idle", "busy", "idle"] as const) told.tell(report(state));
  await clock.advance(60_000);
  daemon.isUp = true;
  await clock.advance(5000);
  await told.told();
  expect(heard).toEqual(["starting", "idle"]);
});

test("one that does not want it is told nothing more", async () => {
  const { heard, daemon, told } = stage();
  daemon.answer = { why: "its hooks tell of it" };
  told.tell(report("starting"));
  await told.told();
  told.tell(report("idle"));
  await told.told();
  expect(heard).toEqual(["starting"]);
});

test("an end frees whoever waits for a daemon", async () => {
  const { clock, over, daemon, told } = stage();
  daemon.isUp = false;
  told.tell(report("starting"));
  await clock.advance(0);
  over.abort(new Error("the command has ended"));
  await told.told();
  expect(clock.sleepers()).toBe(0);
});
