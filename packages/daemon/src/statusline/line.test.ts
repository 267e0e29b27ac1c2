import { type SessionRecord } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { isKey, keysOf, renderLine } from "./line.ts";

const session = (name: string, more: Partial<SessionRecord> = {}): SessionRecord => ({
  ...{ machine: "lab", name, display: name, cli: "claude", state: "idle", hooked: true, wake: true },
  ...{ stateSince: "2026-01-01T00:00:00.000Z", startedAt: "2026-01-01T00:00:00.000Z" },
  ...{ seenAt: "2026-01-01T00:00:00.000Z", idleGeneration: 0, lastEventId: "" },
  ...more,
});

const web = session("web");
const api = session("api");
const parked = session("db", { state: "parked" });

describe("a status line", () => {
  test.each([
    ["[web · 0 peers · ✉ 0]", { live: [web], dead: undefined }, 0],
    ["[web · 1 peer · ✉ 3]", { live: [web, api], dead: 0 }, 3],
    ["[web · 2 peers · ✉ 0 · 4 dead · 1 parked]", { live: [web, api, parked], dead: 4 }, 0],
  ])("[row 108] %s", (line, around, mail) => {
    expect(renderLine({ name: "web", mail, isSession: true }, around)).toBe(line);
  });

  test("of a parked session says until when", () => {
    const owner = { name: "db", mail: 2, isSession: true, parkedUntil: "2026-01-01T15:00:00.000Z" };
    expect(renderLine(owner, { live: [parked], dead: 0 })).toBe(
      "[db · parked until 2026-01-01T15:00Z · 0 peers · ✉ 2 · 1 parked]",
    );
  });

  test("of me counts every session", () => {
    const line = renderLine({ name: "me", mail: 1, isSession: false }, { live: [web, api], dead: 0 });
    expect(line).toBe("[me · 2 peers · ✉ 1]");
  });

  test("may be asked for by name, the CLI's session and the tmux pane, with its server", () => {
    const pane = { mux: "tmux" as const, socket: "/tmp/tmux-0/default", id: "%3" };
    const keys = keysOf(session("web", { cliSession: "a-b", pane }));
    expect(keys).toEqual(["name-web", "cli-a-b", "pane-%3,,tmp,tmux-0,default"]);
    expect(keys.every(isKey)).toBe(true);
    expect(["daemon", "wanted", ".swp"].some(isKey)).toBe(false);
  });
});
