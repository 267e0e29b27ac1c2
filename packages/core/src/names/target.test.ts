import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FleetError, toFleetError } from "../errors/fleet-error.ts";
import { formatAddress, type Address } from "./address.ts";
import { resolveTarget, type Target } from "./target.ts";
import { isReserved, isToken } from "./token.ts";
import type { TargetSession, World } from "./world.ts";

function session(address: string, more: Partial<TargetSession> = {}): TargetSession {
  const [machine = "", name = ""] = address.split("/");
  const rest = { state: "idle" as const, stateSince: "2026-01-01T00:00:00Z", hooked: true, wake: true };
  return { machine, name, display: name, ...rest, ...more };
}

const world: World = {
  machine: "lab",
  self: { machine: "lab", session: "web" },
  sessions: [
    session("lab/web", { cwd: "/home/dev/web", cliSession: "aaaaaaaa-1", state: "busy", parent: "boss" }),
    session("lab/api", {
      cwd: "/home/dev/server",
      cliSession: "bbbbbbbb-1",
      role: "review",
      stateSince: "2026-01-02",
    }),
    session("lab/boss", { display: "The Boss", role: "lead", hooked: false }),
    session("lab/gone", { cwd: "/home/dev/attic", state: "ended", cliSession: "cccccccc-1" }),
    session("far/api", { cwd: "/srv/api", role: "review" }),
    session("far/shop", { cwd: "/srv/shop", cliSession: "bbbbbbbb-2", state: "waiting" }),
    session("sea/shop", { cwd: "/srv/depot", state: "lost" }),
    session("sea/twin", { cwd: "/srv/one" }),
    session("far/twin", { cwd: "/srv/two" }),
  ],
  mailboxes: [{ machine: "lab", session: "worker" }],
  machines: ["moon"],
};

function said(target: Target): string {
  const { type } = target;
  return type === "mailbox"
    ? formatAddress(target.address)
    : `${target.group}: ${target.members.map(formatAddress).join(" ")}`;
}

function errorOf(run: () => unknown): FleetError {
  try {
    run();
  } catch (error) {
    return toFleetError(error);
  }
  throw new Error("nothing was thrown");
}

describe("a target is", () => {
  test.each([
    ["a name", "api", "lab/api"],
    ["a name in another case", "API", "lab/api"],
    ["an ended session's name, whose inbox keeps", "gone", "lab/gone"],
    ["a name that only another machine knows, the live one", "shop", "far/shop"],
    ["a mailbox without a session yet", "worker", "lab/worker"],
    ["a display name", "the boss", "lab/boss"],
    ["an address", "far/api", "far/api"],
    ["an address of a lost session", "sea/shop", "sea/shop"],
    ["a folder's basename", "server", "lab/api"],
    ["a folder", "/srv/one", "sea/twin"],
    ["a CLI session id", "bbbbbbbb-1", "lab/api"],
    ["the start of a CLI session id", "cccccccc", "lab/gone"],
    ["the human here", "me", "lab/me"],
    ["the human there", "far/me", "far/me"],
    ["the parent", "parent", "lab/boss"],
    ["who is free, here first", "any", "lab/api"],
    ["who is free there, the longest idle first", "sea/any", "sea/twin"],
    ["a role", "role:review", "role-review: lab/api far/api"],
    ["a role in another case", "role:Lead", "role-lead: lab/boss"],
    ["a machine", "far/all", "machine-far: far/api far/shop far/twin"],
    ["a bare machine", "far", "machine-far: far/api far/shop far/twin"],
    ["a machine without a session, for the next one there", "moon", "machine-moon: "],
    ["its own machine, without itself", "lab", "machine-lab: lab/api lab/boss"],
  ])("%s", (_, text, meant) => {
    expect(said(resolveTarget(text, world))).toBe(meant);
  });

  test.each(["all", "ALL", "fleet", "broadcast"])("everybody but the sender and the gone: %s", (text) => {
    const target = resolveTarget(text, world);
    expect(said(target)).toBe("all: lab/api lab/boss far/api far/shop sea/twin far/twin");
  });

  test("a session before a machine of the same name", () => {
    const same = { ...world, sessions: [...world.sessions, session("lab/far")] };
    expect(said(resolveTarget("far", same))).toBe("lab/far");
  });
});

describe("several matches", () => {
  test("[row 43] an ambiguous folder is refused with addresses and paths", () => {
    const two = {
      ...world,
      sessions: [session("lab/a", { cwd: "/x/app" }), session("lab/b", { cwd: "/y/app" })],
    };
    const error = errorOf(() => resolveTarget("app", two));
    expect(error).toMatchObject({ code: "target_ambiguous", exitCode: 3 });
    expect(error.message).toContain("lab/a (/x/app), lab/b (/y/app)");
    expect(error.details["didYouMean"]).toEqual(["lab/a", "lab/b"]);
  });

  test.each(["twin", "bbbbbbbb"])("%s is one of two", (text) => {
    const remote = { ...world, machine: "moon" };
    expect(errorOf(() => resolveTarget(text, remote)).code).toBe("target_ambiguous");
  });
});

describe("no match", () => {
  test.each([
    ["wbe", ["web"]],
    ["lab/wep", ["lab/web"]],
    ["role:reveiw", ["role:review"]],
    ["parnet", ["parent"]],
    ["mooon", ["moon"]],
  ])("[case 54] %s is refused with suggestions", (text, suggested) => {
    const error = errorOf(() => resolveTarget(text, world));
    expect(error).toMatchObject({ code: "target_unknown", exitCode: 3 });
    expect(error.details["didYouMean"]).toEqual(expect.arrayContaining(suggested));
    expect(error.message).toContain(`did you mean ${suggested[0]}`);
    expect(error.details["candidates"]).toHaveLength(world.sessions.length + 1);
  });

  test.each(["", "zzzzzzzzzz", "lab/", "a/b/c", "bbb", "machine", "role", "role:nobody", "*", "$(x)"])(
    "%j is nobody",
    (text) => {
      expect(errorOf(() => resolveTarget(text, world)).code).toBe("target_unknown");
    },
  );

  test("an empty fleet says that it is empty", () => {
    expect(errorOf(() => resolveTarget("web", { machine: "lab", sessions: [] })).message).toContain(
      "no sessions yet",
    );
  });

  test("nobody is free", () => {
    const busy = { ...world, sessions: world.sessions.map((each) => ({ ...each, state: "busy" as const })) };
    expect(errorOf(() => resolveTarget("any", busy)).message).toContain("no session is idle now");
  });

  test.each<[string, Address | undefined]>([
    ["a human", { machine: "lab", session: "me" }],
    ["nobody", undefined],
    ["a session without one", { machine: "lab", session: "api" }],
  ])("%s has no parent", (_, self) => {
    expect(errorOf(() => resolveTarget("parent", { ...world, self })).code).toBe("target_unknown");
  });
});

describe("--create", () => {
  test.each([
    ["newcomer", "lab/newcomer"],
    ["far/newcomer", "far/newcomer"],
    ["mars/first", "mars/first"],
  ])("%s makes a mailbox", (text, address) => {
    const target = resolveTarget(text, world, { create: true });
    expect(target).toMatchObject({ type: "mailbox", isNew: true });
    expect(said(target)).toBe(address);
  });

  test("a known name is not made again", () => {
    expect(resolveTarget("api", world, { create: true })).toMatchObject({ isNew: false });
  });

  test.each(["New Comer", "role", "lab/machine", "a/b/c", "", "/tmp", "lab/"])(
    "%j can be nobody's name",
    (text) => {
      expect(errorOf(() => resolveTarget(text, world, { create: true })).code).toBe("usage");
    },
  );
});

test("any text resolves to a valid address or throws a FleetError, and never to the sender's own group", () => {
  const words = fc.constantFrom(
    "all",
    "any",
    "me",
    "parent",
    "lab",
    "far/all",
    "role:review",
    "web",
    "api",
    "twin",
    "x",
  );
  fc.assert(
    fc.property(fc.oneof(words, fc.string({ unit: "binary" })), fc.boolean(), (text, create) => {
      try {
        const target = resolveTarget(text, world, { create });
        if (target.type === "group") expect(target.members).not.toContainEqual(world.self);
        else expect(isToken(target.address.session)).toBe(true);
        if (target.type === "mailbox" && target.isNew) expect(isReserved(target.address.session)).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(FleetError);
      }
    }),
  );
});
