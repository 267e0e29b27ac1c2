import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FleetError } from "../errors/fleet-error.ts";
import { chooseName, requireName, type NamedSession, type NamingFacts } from "./naming.ts";
import { isReserved, isToken, reservedNames } from "./token.ts";

const pane = { mux: "tmux" as const, socket: "/tmp/tmux", id: "%1" };
const facts: NamingFacts = { pid: 10, cliSession: "c10", cwd: "/home/dev/web", pane };
const nobody: ReadonlySet<string> = new Set();

function session(name: string, more: Partial<NamedSession> = {}): NamedSession {
  return { name, display: name, state: "idle", seenAt: "2026-01-01T00:00:00Z", ...more };
}

describe("a name comes from, in this order", () => {
  const window = { name: "Front End", isAutomatic: false };
  const bySession = session("old", { cliSession: "c10", state: "ended" });
  const byPlace = session("placed", { pane, cwd: "/home/dev/web", state: "ended" });
  const byProcess = session("renamed", { pid: 10, cliSession: "c9" });
  test.each<[string, NamingFacts, readonly NamedSession[], string, string]>([
    [
      "the same process",
      { ...facts, fleetSession: "api", window },
      [bySession, byProcess],
      "renamed",
      "same process",
    ],
    [
      "FLEET_SESSION",
      { ...facts, fleetSession: "api", window },
      [bySession, byPlace],
      "api",
      "FLEET_SESSION",
    ],
    ["the same CLI session", { ...facts, window }, [byPlace, bySession], "old", "same session"],
    ["the same pane and folder", { ...facts, window }, [byPlace], "placed", "same place"],
    ["the window's own name", { ...facts, window }, [], "front-end", "window"],
    ["the folder", facts, [], "web", "folder"],
    ["nothing at all", {}, [], "session", "folder"],
  ])("%s", (...[, given, history, name, because]) => {
    expect(chooseName(given, nobody, history)).toMatchObject({ name, because });
  });

  test("[row 40] the environment overrides what the terminal says, and keeps the display name", () => {
    const chosen = chooseName({ ...facts, fleetSession: "API Server", window }, nobody, []);
    expect(chosen).toEqual({ name: "api-server", display: "API Server", because: "FLEET_SESSION" });
  });

  test.each(["zsh", "claude", ""])("a window named %j says nothing", (name) => {
    expect(chooseName({ ...facts, window: { name, isAutomatic: false } }, nobody, []).name).toBe("web");
  });

  test("a window that tmux names by itself says nothing", () => {
    expect(chooseName({ ...facts, window: { name: "vim", isAutomatic: true } }, nobody, []).name).toBe("web");
  });
});

describe("taking a name back", () => {
  test("[case 31] the same process under a new CLI session keeps its name, though it is taken by itself", () => {
    const before = session("web", { pid: 10, cliSession: "c9" });
    expect(chooseName(facts, new Set(["web"]), [before]).name).toBe("web");
  });

  test("a process id that was used before proves nothing", () => {
    const before = session("other", { pid: 10, state: "ended", seenAt: "2026-01-01T00:00:00Z" });
    expect(chooseName(facts, nobody, [before]).name).toBe("web");
  });

  test("of several that fit the one seen last decides", () => {
    const older = session("older", { cliSession: "c10", state: "ended", seenAt: "2026-01-01T00:00:00Z" });
    const newer = session("newer", { cliSession: "c10", state: "lost", seenAt: "2026-01-02T00:00:00Z" });
    expect(chooseName(facts, nobody, [older, newer]).name).toBe("newer");
  });

  test.each<[string, Partial<NamedSession>]>([
    ["another folder", { pane, cwd: "/srv" }],
    ["another pane", { pane: { ...pane, id: "%2" }, cwd: "/home/dev/web" }],
    ["another multiplexer", { pane: { ...pane, socket: "/tmp/else" }, cwd: "/home/dev/web" }],
  ])("a session of %s is no predecessor", (_, place) => {
    expect(chooseName(facts, nobody, [session("x", { ...place, state: "ended" })]).name).toBe("web");
  });

  test("a CLI that an agent starts in its own pane gets a name of its own", () => {
    const agent = session("web", { pid: 9, cliSession: "c9", pane, cwd: "/home/dev/web" });
    expect(chooseName(facts, new Set(["web"]), [agent])).toMatchObject({ name: "web-2", because: "folder" });
  });

  test("a name that a living session bears meanwhile is not taken back", () => {
    const before = session("old", { cliSession: "c10", state: "ended" });
    expect(chooseName(facts, new Set(["old", "old-2"]), [before]).name).toBe("old-3");
  });
});

describe("reserved names", () => {
  test.each([...reservedNames, "ALL", " Broadcast "])("[case 40] %j cannot register", (name) => {
    const chosen = chooseName({ ...facts, fleetSession: name }, nobody, []);
    expect(chosen).toMatchObject({ name: "web", refused: name.trim() });
    expect(() => requireName(name)).toThrow(FleetError);
  });

  test.each([
    ["/work/all", "session-all"],
    ["/", "session"],
    ["/work/日本", "session"],
    ["/work/Web App/", "web-app"],
  ])("a session in %s is %s", (cwd, name) => {
    expect(chooseName({ cwd }, nobody, []).name).toBe(name);
  });

  test("a person's name is taken as it is where it is a token, else as its slug", () => {
    expect(requireName("a".repeat(63)).name).toBe("a".repeat(63));
    expect(requireName("Über Web")).toMatchObject({ name: "uber-web", display: "Über Web" });
    expect(() => requireName("  ")).toThrow(/the name is empty/);
  });
});

test("a display name cannot carry escapes or a flood", () => {
  const { name, display } = requireName(`\x1b]0;evil\x07 Web\n${"x".repeat(500)}`);
  expect(display).toMatch(/^Web x{116}$/);
  expect(isToken(name)).toBe(true);
});

test("whatever is known, the name is a free token that is not reserved", () => {
  const names = fc.constantFrom("web", "web-2", "api", "a".repeat(63), "session", "old");
  const text = fc.option(fc.oneof(fc.string({ unit: "binary" }), names, fc.constantFrom(...reservedNames)), {
    nil: undefined,
  });
  const given = fc.record({
    fleetSession: text,
    cliSession: fc.option(fc.constantFrom("c1", "c2"), { nil: undefined }),
    cwd: fc.option(fc.oneof(fc.constant("/a/web"), fc.string({ unit: "binary" })), { nil: undefined }),
    window: fc.option(fc.record({ name: fc.string({ unit: "binary" }), isAutomatic: fc.boolean() }), {
      nil: undefined,
    }),
  });
  const before = fc.record({
    name: names,
    cliSession: fc.constantFrom("c1", "c3"),
    state: fc.constantFrom("idle" as const, "ended" as const),
  });
  fc.assert(
    fc.property(given, fc.array(names), fc.array(before), (known, taken, history) => {
      const { name } = chooseName(
        known,
        new Set(taken),
        history.map((each) => session(each.name, each)),
      );
      expect(isToken(name) && !isReserved(name) && !taken.includes(name)).toBe(true);
    }),
  );
});
