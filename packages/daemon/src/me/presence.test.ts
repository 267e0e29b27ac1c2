import { describe, expect, test } from "vitest";
import { presenceOf, type PresenceDeps } from "./presence.ts";

const now = Date.UTC(2026, 0, 1, 12);
const pane = (id: string, socket = "/s/one") => ({ mux: "tmux" as const, socket, id });
const minutes = (count: number) => now - count * 60_000;

const deps = (change: Partial<PresenceDeps> = {}): PresenceDeps => ({
  clock: { now: () => now },
  live: () => [{ pane: pane("%1") }, { pane: pane("%2", "/s/two") }, { pid: 9 }],
  terminals: () => Promise.resolve([]),
  typedAt: () => Promise.resolve(undefined),
  ...change,
});
const looking = (paneId: string, activeMs: number, at = "/s/one"): Partial<PresenceDeps> => ({
  terminals: (socket) => Promise.resolve(socket === at ? [{ paneId, activeMs }] : []),
});

describe("where the human is", () => {
  test.each<readonly [string, Partial<PresenceDeps>, string]>([
    ["nobody typed anywhere", {}, "away"],
    ["a client looks at the pane, with a key a minute ago", looking("%1", minutes(1)), "watching"],
    ["it looks at the pane, with a key three minutes ago", looking("%1", minutes(3)), "away"],
    ["a client looks at another pane", looking("%7", minutes(1)), "here"],
    ["it looks at the pane of that name of another server", looking("%1", minutes(1), "/s/two"), "here"],
    ["its last key is still to come: the clock was set back", looking("%1", minutes(-60)), "away"],
    [
      "something was typed at the terminal of a session outside of tmux",
      { typedAt: async () => minutes(1) },
      "here",
    ],
    ["that was long ago", { typedAt: async () => minutes(10) }, "away"],
    [
      "nothing can be read",
      {
        terminals: () => Promise.reject(new Error("no tmux")),
        typedAt: () => Promise.reject(new Error("gone")),
      },
      "away",
    ],
  ])("where %s", async (_, change, expected) => {
    expect(await presenceOf(deps(change), pane("%1"))).toBe(expected);
  });

  test("without a pane nobody watches", async () => {
    expect(await presenceOf(deps(looking("%1", minutes(1))))).toBe("here");
  });
});
