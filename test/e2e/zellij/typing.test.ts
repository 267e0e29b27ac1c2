import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { zellij as adapter } from "@fleetbus/adapters";
import { eventually } from "../../support/tmux.ts";
import { line } from "../../support/typed-wake.ts";
import { startStage, type Stage } from "./stage.ts";

describe("the zellij adapter, by the arguments and answers of zellij's source", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterEach(() => {
    stage.isWanted = () => true;
  });
  afterAll(() => stage.close());

  test("types into a pane whose cursor zellij does not tell, and calls zellij in no other way than this [row 90]", async () => {
    const agent = await stage.openComposer();
    const before = (await stage.zellij.calls()).length;
    expect(await stage.wake(agent, { nonce: "first00001" })).toEqual({ providerId: `terminal_${agent.id}` });
    expect(await agent.waitForPrompts(1)).toEqual([line("first00001")]);
    const calls = (await stage.zellij.calls()).slice(before);
    const pane = ["--pane-id", `terminal_${agent.id}`];
    const used = new Set(calls.map((call) => JSON.stringify(call)));
    const all = (...args: readonly string[]) =>
      JSON.stringify(["--session", stage.session, "action", ...args]);
    expect(used).toEqual(
      new Set([
        all("list-panes", "--json"),
        all("dump-screen", ...pane, "--ansi"),
        all("paste", ...pane, "--", line("first00001")),
        all("write", ...pane, "--", "13"),
      ]),
    );
    expect(calls.filter((call) => call.includes("paste") || call.includes("write"))).toHaveLength(2);
  });

  test("leaves a draft, a permission dialog and a shell around the CLI as they are, and says which it was [row 90]", async () => {
    const [drafting, asking, inShell] = await Promise.all([
      stage.openComposer(),
      stage.openComposer(),
      stage.openComposer(["sh", "-c", "COMPOSER; exec sh"]),
    ]);
    await stage.type(drafting, "half typed");
    await stage.type(asking, "/permission\r");
    const before = [
      await stage.waitForScreen(drafting, /^❯\u00A0half typed\s*$/m),
      await stage.waitForScreen(asking, /2\. No/),
    ];
    // Long enough for a look on a machine that is busy.
    const deadline = new Date(Date.now() + 8000).toISOString();
    const late = await Promise.all(
      [drafting, asking, inShell].map((agent) => stage.wake(agent, { deadline })),
    );
    expect(late.map(({ skipped }) => skipped)).toEqual([
      "the deadline passed: a draft stands in the composer",
      "the deadline passed: the composer is not on the screen: a menu, a dialog or another view is open",
      `the deadline passed: sh runs in the pane, around process ${inShell.pid}`,
    ]);
    expect([
      await stage.waitForScreen(drafting, /half typed/),
      await stage.waitForScreen(asking, /2\. No/),
    ]).toEqual(before);
    expect((await asking.records()).filter(({ permission }) => permission !== undefined)).toEqual([]);

    const waiting = stage.wake(drafting, { nonce: "after00001" });
    await stage.type(drafting, " and whole\r");
    expect(await waiting).toEqual({ providerId: `terminal_${drafting.id}` });
    expect(await drafting.waitForPrompts(2)).toEqual(["half typed and whole", line("after00001")]);

    await stage.type(inShell, "/exit\r");
    await stage.waitForScreen(inShell, /^[#$]/m);
    expect((await stage.wake(inShell)).skipped).toMatch(/^process \d+ is gone; sh runs in the pane$/);
    expect(await stage.waitForScreen(inShell, /^[#$]/m)).not.toContain("inbox");
  });

  test("tells two CLIs that use one pane one after the other apart", async () => {
    const agent = await stage.openComposer(["sh", "-c", "set -m; COMPOSER; COMPOSER"]);
    await stage.type(agent, "/exit\r");
    const second = await eventually(
      async () =>
        (await agent.records()).findLast(({ started }) => started !== undefined && started !== agent.pid)
          ?.started,
      () => "the second CLI",
      30_000,
    );
    expect((await stage.wake(agent)).skipped).toContain(`process ${agent.pid} is gone`);
    await stage.wake({ id: agent.id, pid: second }, { nonce: "rightone01" });
    expect(await agent.waitForPrompts(1)).toEqual([line("rightone01")]);
  });

  test("presses no Enter when nobody wants the wake any more", async () => {
    const agent = await stage.openComposer();
    let asked = 0;
    stage.isWanted = () => (asked += 1) === 1;
    const receipt = await stage.wake(agent, { nonce: "unwanted01" });
    expect(receipt.skipped).toMatch(/^typed, but no longer wanted/);
    await stage.waitForScreen(agent, /fleet:unwanted01/);
    stage.isWanted = () => true;
    expect(await stage.wake(agent, { nonce: "unwanted01", isRetry: true })).toEqual({
      providerId: `terminal_${agent.id}`,
    });
    expect(await agent.waitForPrompts(1)).toEqual([line("unwanted01")]);
  });

  test("types nothing into a pane that is gone, or is another session's: zellij itself would say nothing", async () => {
    const [agent, other] = [await stage.openComposer(), await stage.openComposer()];
    const elsewhere = { mux: "zellij", socket: join(stage.zellij.socketDir, "elsewhere"), id: agent.id };
    expect((await stage.wake(agent, { pane: elsewhere })).skipped).toContain(
      "Session 'elsewhere' not found. The following sessions are active:",
    );
    const stranger = { id: agent.id, pid: process.pid };
    expect((await stage.wake(stranger)).skipped).toBe(`process ${process.pid} does not run in the pane`);
    await stage.zellij.run("--session", stage.session, "action", "close-pane", "--pane-id", agent.id);
    expect((await stage.wake(agent)).skipped).toBe("the pane is gone");
    expect(await other.prompts()).toEqual([]);
  });

  test("says of a session that was renamed that it is not found by its name", async () => {
    const own = await startStage(stage.zellij);
    try {
      const agent = await own.openComposer();
      await stage.zellij.run("--session", own.session, "action", "rename-session", "renamed");
      expect((await own.wake(agent)).skipped).toContain(`Session '${own.session}' not found`);
      expect(await agent.prompts()).toEqual([]);
    } finally {
      await stage.zellij.tmux("renamed", "kill-server");
      await own.sink.close();
    }
  });

  test("says of a zellij before 0.44 that it is too old, by the check and by the wake", async () => {
    const agent = await stage.openComposer();
    await stage.zellij.become("0.43.1");
    try {
      expect((await stage.wake(agent)).skipped).toContain("its zellij is too old; 0.44 or newer is needed");
      expect(await adapter.check?.({ command: stage.zellij.command, callMs: 15_000 }, undefined!)).toEqual([
        {
          isOk: false,
          text: "zellij 0.43.1 is too old to wake sessions",
          way: "install zellij 0.44 or newer",
        },
      ]);
    } finally {
      await stage.zellij.become("0.44.3");
    }
  });

  test.each([
    ["no pane", { pane: undefined }],
    ["a pane of another multiplexer", { pane: { mux: "tmux", socket: "/x/y", id: "1" } }],
    ["an id that is none", { pane: { mux: "zellij", socket: "/x/y", id: "terminal_1" } }],
    ["a session's name that would be an option", { pane: { mux: "zellij", socket: "/x/-h", id: "1" } }],
  ])("skips a wake with %s", async (_, overrides) => {
    expect(await stage.wake({ id: "0", pid: 1 }, overrides)).toEqual({ skipped: "its pane is not known" });
  });
});
