import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../support/tmux.ts";
import { line } from "../../support/typed-wake.ts";
import { startStage, type Stage } from "./stage.ts";

/** Long enough for several looks at a pane that is not free. */
const shortMs = 1200;
const inShort = () => new Date(Date.now() + shortMs).toISOString();

describe("the tmux adapter, before a pane that is not the session's", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterEach(() => {
    stage.isWanted = () => true;
  });
  afterAll(() => stage.close());

  test("types nothing into the shell that its CLI left behind [case 52]", async () => {
    const agent = await stage.openComposer({ command: ["sh", "-c", "COMPOSER; exec sh"] });
    await stage.tmux.type(agent.pane, "/exit");
    await stage.tmux.sendKeys(agent.pane, "Enter");
    await eventually(
      async () => ((await stage.tmux.fact(agent.pane, "pane_current_command")) === "sh" ? true : undefined),
      () => "a shell",
    );
    const before = await stage.tmux.waitForScreen(agent.pane, /^[#$]/m);
    const receipt = await stage.wake(agent);
    expect(receipt.skipped).toMatch(/^process \d+ is gone; sh runs in the pane$/);
    expect(await stage.tmux.capture(agent.pane)).toBe(before);
  });

  test("types nothing into a shell in front of a suspended CLI, and types when it is back [case 52]", async () => {
    const agent = await stage.openComposer({ fromShell: true });
    await stage.tmux.sendKeys(agent.pane, "C-z");
    const isShell = async () => (await stage.tmux.fact(agent.pane, "pane_current_command")) === "sh";
    await eventually(
      async () => (await isShell()) || undefined,
      () => "the shell",
    );
    const late = await stage.wake(agent, { deadline: inShort() });
    expect(late.skipped).toBe(`the deadline passed: sh is in front of process ${agent.pid}`);
    const waiting = stage.wake(agent, { nonce: "resumed001" });
    await stage.tmux.type(agent.pane, "fg");
    expect(await stage.tmux.capture(agent.pane)).not.toContain("inbox");
    await stage.tmux.sendKeys(agent.pane, "Enter");
    expect(await waiting).toEqual({ providerId: agent.pane });
    expect(await agent.waitForPrompts(1)).toEqual([line("resumed001")]);
  });

  test("tells two CLIs that use one pane one after the other apart", async () => {
    const agent = await stage.openComposer({ command: ["sh", "-c", "set -m; COMPOSER; COMPOSER"] });
    await stage.tmux.type(agent.pane, "/exit");
    await stage.tmux.sendKeys(agent.pane, "Enter");
    const second = await eventually(
      async () => (await agent.records()).findLast(({ started }) => started !== agent.pid)?.started,
      () => "the second CLI",
    );
    const forFirst = await stage.wake(agent, { nonce: "wrongone01" });
    expect(forFirst.skipped).toContain(`process ${agent.pid} is gone`);
    await stage.wake({ pane: agent.pane, pid: second }, { nonce: "rightone01" });
    expect(await agent.waitForPrompts(1)).toEqual([line("rightone01")]);
  });

  test("types nothing where a shell stands around the CLI, for it would be there after it too [case 52]", async () => {
    const agent = await stage.openComposer({ command: ["sh", "-c", "COMPOSER; cat"] });
    const receipt = await stage.wake(agent, { deadline: inShort() });
    expect(receipt.skipped).toBe(`the deadline passed: sh runs in the pane, around process ${agent.pid}`);
    expect(await agent.prompts()).toEqual([]);
  });

  test("does not take another pane's CLI for its own", async () => {
    const [one, other] = [await stage.openComposer(), await stage.openComposer()];
    const receipt = await stage.wake({ pane: one.pane, pid: other.pid });
    expect(receipt.skipped).toBe(`process ${other.pid} does not run in the pane`);
  });

  test("says so when the pane is gone, is dead or its server is", async () => {
    const agent = await stage.openComposer();
    await stage.tmux.command("set-option", "-p", "-t", agent.pane, "remain-on-exit", "on");
    process.kill(agent.pid, "SIGKILL");
    await eventually(
      async () => ((await stage.tmux.fact(agent.pane, "pane_dead")) === "1" ? true : undefined),
      () => "its death",
    );
    expect(await stage.wake(agent)).toEqual({ skipped: "the pane is dead" });
    await stage.tmux.command("kill-pane", "-t", agent.pane);
    expect(await stage.wake(agent)).toEqual({ skipped: "the pane is gone" });
    const nowhere = { mux: "tmux", socket: `${stage.tmux.home}/nowhere`, id: agent.pane };
    expect((await stage.wake(agent, { pane: nowhere })).skipped).toMatch(/^the tmux server is gone/);
  });

  test("types into no pane whose keys go to its neighbours too", async () => {
    const agent = await stage.openComposer();
    await stage.tmux.command("split-window", "-d", "-t", agent.pane, "cat");
    await stage.tmux.command("set-option", "-w", "-t", agent.pane, "synchronize-panes", "on");
    const receipt = await stage.wake(agent, { deadline: inShort() });
    expect(receipt.skipped).toContain("synchronize-panes");
  });

  const unknowable = [
    ["no pane", { pane: undefined }, "its pane is not known"],
    [
      "a pane of another multiplexer",
      { pane: { mux: "zellij", socket: "x", id: "1" } },
      "its pane is not known",
    ],
    [
      "an id that is none",
      { pane: { mux: "tmux", socket: "x", id: "%0; kill-server" } },
      "its pane is not known",
    ],
    [
      "no process",
      { pid: undefined },
      "its process is not known, so the pane cannot be proved to be its own",
    ],
    ["a CLI it does not know", { cli: "toString" }, "the composer of toString is not known"],
  ] as const;

  test.each(unknowable)("skips a wake with %s", async (_, overrides, skipped) => {
    expect(await stage.wake({ pane: "%0", pid: 1 }, overrides)).toEqual({ skipped });
  });
});
