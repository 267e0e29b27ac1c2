import { FleetError } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { parseHookRequest } from "./hook-request.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const request = { path: "/v1/hook/claude/Stop", headers: {}, body: `{"session_id":"s1"}`, now };

describe("parseHookRequest", () => {
  test("reads every fact that the client tells", () => {
    const headers = {
      "x-fleet-version": "1",
      "x-fleet-id": "1795230562252791-26458-24905",
      "x-fleet-time": "1795255199.252791",
      "x-fleet-pid": "4711",
      "x-fleet-pane": "%3",
      "x-fleet-tmux": "/tmp/tmux-0/default,12,0",
      "x-fleet-zellij": "12 /run/user/1000//zellij/my work",
      "x-fleet-session": "Web App",
      "x-fleet-parent": "api",
      "x-fleet-role": "review",
      "x-fleet-socket": "/tmp/cc-socks/4711.sock",
    };
    expect(parseHookRequest({ ...request, headers })).toEqual({
      verb: "hook",
      cli: "claude",
      event: "Stop",
      id: "1795230562252791-26458-24905",
      time: "2026-11-21T09:59:59.252Z",
      pid: 4711,
      pane: "%3",
      tmux: "/tmp/tmux-0/default,12,0",
      zellij: { id: "12", socket: "/run/user/1000/zellij/my work" },
      session: "Web App",
      parent: "api",
      role: "review",
      messagingSocket: "/tmp/cc-socks/4711.sock",
      payload: { session_id: "s1" },
    });
  });

  test("needs no header at all: the CLI's own http hooks tell only what its environment has", () => {
    expect(parseHookRequest(request)).toMatchObject({
      cli: "claude",
      event: "Stop",
      time: "2026-11-21T10:00:00.000Z",
    });
  });

  test("leaves out of a payload what is nested too deep, and nothing else", () => {
    const tree = `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`;
    const body = `{"session_id":"s","tool_input":{"tree":${tree},"command":"true"},"tool_name":"T"}`;
    const { payload } = parseHookRequest({ ...request, body });
    expect(payload).toMatchObject({ session_id: "s", tool_input: { command: "true" }, tool_name: "T" });
    expect(JSON.stringify(payload).length).toBeLessThan(2000);
  });

  test("a waiter's event is the payload's", () => {
    const body = `{"hook_event_name":"SessionStart"}`;
    expect(parseHookRequest({ ...request, path: "/v1/wait/claude", body })).toMatchObject({
      verb: "wait",
      cli: "claude",
      event: "SessionStart",
    });
  });

  test.each([
    ["an empty one", { "x-fleet-pane": "", "x-fleet-pid": "", "x-fleet-session": "" }],
    ["a pid that is none", { "x-fleet-pid": "-4" }],
    ["a pane that is none", { "x-fleet-pane": "%1;kill-server" }],
    ["a place in zellij that is none", { "x-fleet-zellij": "7 relative/work" }],
    ["a repeated one", { "x-fleet-role": ["a", "b"] }],
    ["an endless one", { "x-fleet-session": "x".repeat(201) }],
  ])("leaves out a fact that makes no sense: %s", (_, headers) => {
    const { pid, pane, zellij, session, role } = parseHookRequest({ ...request, headers });
    expect([pid, pane, zellij, session, role].filter((fact) => fact !== undefined)).toEqual([]);
  });

  test.each(["99999999999", "yesterday", "-1"])("takes its own time where the client's is %s", (time) => {
    const parsed = parseHookRequest({ ...request, headers: { "x-fleet-time": time } });
    expect(parsed.time).toBe("2026-11-21T10:00:00.000Z");
  });

  test.each([
    ["a path of no hook", { path: "/v1/hook/claude" }, "malformed"],
    ["a path with more in it", { path: "/v1/hook/claude/Stop/../x" }, "malformed"],
    ["a payload that is cut", { body: `{"session_id":` }, "malformed"],
    ["a payload that is no object", { body: "[1]" }, "malformed"],
    ["an empty payload", { body: "" }, "malformed"],
    ["a client of another protocol", { headers: { "x-fleet-version": "2" } }, "version"],
    ["a version that is no number", { headers: { "x-fleet-version": "new" } }, "version"],
  ])("refuses %s", (_, change, code) => {
    const parse = () => parseHookRequest({ ...request, ...change });
    expect(parse).toThrow(FleetError);
    expect(parse).toThrow(expect.objectContaining({ code }));
  });
});
