import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { zellij as adapter } from "@fleetbus/adapters";
import { eventually } from "../../support/tmux.ts";
import { line, startStage, type Stage } from "./stage.ts";

/** Long enough for a look at a pane that is not free. */
const inShort = () => new Date(Date.now() + 2500).toISOString();

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

  test("leaves a draft as it is, says so, and types when it is gone [row 90]", async () => {
    const agent = await stage.openComposer();
    await stage.type(agent, "half typed");
    const before = await stage.waitForScreen(agent, /^❯\u00A0half typed\s*$/m);
    const late = await stage.wake(agent, { deadline: inShort() });
    expect(late.skipped).toBe("the deadline passed: a draft stands in the composer");
    expect(await stage.waitForScreen(agent, /half typed/)).toBe(before);
    const waiting = stage.wake(agent, { nonce: "after00001" });
    await stage.type(agent, " and whole\r");
    expect(await waiting).toEqual({ providerId: `terminal_${agent.id}` });
    expect(await agent.waitForPrompts(2)).toEqual(["half typed and whole", line("after00001")]);
  });

  test("answers no permission dialog [row 90]", async () => {
    const agent = await stage.openComposer();
    await stage.type(agent, "/permission\r");
    const before = await stage.waitForScreen(agent, /2\. No/);
    const late = await stage.wake(agent, { deadline: inShort() });
    expect(late.skipped).toMatch(/^the deadline passed: the composer is not on the screen/);
    expect(await stage.waitForScreen(agent, /2\. No/)).toBe(before);
    expect((await agent.records()).filter(({ permission }) => permission !== undefined)).toEqual([]);
  });

  test("types nothing where a shell stands around the CLI, and nothing into the shell that it leaves [row 90]", async () => {
    const agent = await stage.openComposer(["sh", "-c", "COMPOSER; exec sh"]);
    const around = await stage.wake(agent, { deadline: inShort() });
    expect(around.skipped).toBe(`the deadline passed: sh runs in the pane, around process ${agent.pid}`);
    await stage.type(agent, "/exit\r");
    await stage.waitForScreen(agent, /^[#$]/m);
    const left = await stage.wake(agent);
    expect(left.skipped).toMatch(/^process \d+ is gone; sh runs in the pane$/);
    expect(await stage.waitForScreen(agent, /^[#$]/m)).not.toContain("inbox");
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
