import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { SessionRecord } from "@fleetbus/core";
import { fakeClock, type FakeClock } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tmuxPanes, watchPanes } from "./panes.ts";

const recordOf = (name: string, id: string, socket = "/s"): SessionRecord => ({
  ...{ machine: "lab", name, display: name, cli: "gemini", state: "idle", hooked: true, wake: true, pid: 7 },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "" },
  pane: { mux: "tmux", socket, id },
});

describe("watching over sessions' panes", () => {
  let clock: FakeClock;
  let over: AbortController;
  let panes: Map<string, ReadonlySet<string> | undefined>;
  let lost: string[];

  beforeEach(() => {
    [clock, over, lost] = [fakeClock(), new AbortController(), []];
    panes = new Map([["/s", new Set(["%1", "%2"])]]);
  });
  afterEach(() => over.abort());

  const watch = (live: readonly SessionRecord[]) => {
    const { name: _, pane: __, ...rest } = recordOf("bare", "%9");
    const bare: SessionRecord = { ...rest, name: "bare" };
    const onLost = ({ name }: SessionRecord, reason: string) => void lost.push(`${name}: ${reason}`);
    const deps = { clock, live: () => [...live, bare], panes: async (at: string) => panes.get(at), onLost };
    void watchPanes(deps, over.signal);
  };

  it("takes one for lost whose pane was missed twice", async () => {
    watch([recordOf("web", "%1"), recordOf("api", "%2")]);
    await clock.advance(60_000);
    panes.set("/s", new Set(["%2"]));
    await clock.advance(60_000);
    expect(lost).toEqual([]);
    await clock.advance(60_000);
    expect(lost).toEqual(["web: pane %1 is gone"]);
  });

  it("leaves alone who was there again, and who is in no pane", async () => {
    watch([recordOf("web", "%1")]);
    for (const there of [[], ["%1"], [], ["%1"]]) {
      panes.set("/s", new Set(there));
      await clock.advance(60_000);
    }
    expect(lost).toEqual([]);
  });

  it("says nothing of panes whose server does not answer, and all of them gone with their server", async () => {
    watch([recordOf("web", "%1"), recordOf("far", "%1", "/other")]);
    panes.set("/s", undefined).set("/other", new Set());
    await clock.advance(60_000);
    await clock.advance(60_000);
    expect(lost).toEqual(["far: pane %1 is gone"]);
  });
});

describe("the panes of a real tmux server", () => {
  it("are listed by id while it runs, and none are there after it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fleet-panes-"));
    const socket = join(folder, "tmux");
    const tmux = async (...argv: readonly string[]) =>
      (await execa("tmux", ["-S", socket, "-f", "/dev/null", ...argv], { extendEnv: true })).stdout;
    try {
      expect(await tmuxPanes(socket)).toEqual(new Set());
      const first = await tmux("new-session", "-d", "-P", "-F", "#{pane_id}", "sleep 60");
      const second = await tmux("split-window", "-d", "-P", "-F", "#{pane_id}", "sleep 60");
      expect(await tmuxPanes(socket)).toEqual(new Set([first, second]));
      await tmux("kill-pane", "-t", first);
      expect(await tmuxPanes(socket)).toEqual(new Set([second]));
      await tmux("kill-server");
      // A server that is on its way out says nothing yet.
      await expect.poll(() => tmuxPanes(socket), { timeout: 20_000 }).toEqual(new Set());
    } finally {
      await tmux("kill-server").catch(() => ""); // gone already
      await rm(folder, { recursive: true, force: true });
    }
  });
});
