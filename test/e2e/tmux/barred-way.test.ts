import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTmux } from "../../support/tmux.ts";
import { line, startStage, type Agent, type Stage } from "./stage.ts";

/** Long enough for several looks at a pane that is not free. */
const shortMs = 1200;
const inShort = () => new Date(Date.now() + shortMs).toISOString();

describe("the tmux adapter, when the way is not free", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterEach(() => {
    stage.isWanted = () => true;
  });
  afterAll(() => stage.close());

  const drafts = [
    ["at its end", ["half typed"], /^❯\u00A0half typed\s*$/m],
    ["with the cursor at its beginning", ["half typed", "Home"], /^❯\u00A0half typed\s*$/m],
    ["of one character under the cursor", ["x", "Home"], /^❯\u00A0x\s*$/m],
    [
      "of several lines, the cursor at the last one's beginning",
      ["half\nsecond"],
      /^❯\u00A0half\n {2}second/m,
    ],
  ] as const;

  test.each(drafts)(
    "leaves a draft %s as it is, and types when it is gone [case 50]",
    async (_, keys, screen) => {
      const agent = await stage.openComposer();
      await draft(stage, agent, keys);
      const before = await stage.tmux.waitForScreen(agent.pane, screen);
      const late = await stage.wake(agent, { nonce: "toolate001", deadline: inShort() });
      expect(late.skipped).toBe("the deadline passed: a draft stands in the composer");
      expect(await stage.tmux.capture(agent.pane)).toBe(before);

      const waiting = stage.wake(agent, { nonce: "intime0001" });
      await sleep(200);
      expect(await stage.tmux.capture(agent.pane)).toBe(before);
      await stage.tmux.sendKeys(agent.pane, "C-u");
      expect(await waiting).toEqual({ providerId: agent.pane });
      expect(await agent.waitForPrompts(1)).toEqual([line("intime0001")]);
    },
  );

  test("submits a draft that its human sends, and comes after it [case 50]", async () => {
    const agent = await stage.openComposer();
    await draft(stage, agent, ["half typed"]);
    const waiting = stage.wake(agent, { nonce: "after00001" });
    await sleep(200);
    await stage.tmux.type(agent.pane, " and whole");
    await stage.tmux.sendKeys(agent.pane, "Enter");
    await waiting;
    expect(await agent.waitForPrompts(2)).toEqual(["half typed and whole", line("after00001")]);
  });

  const dialogs = [
    ["menu", /2\. Other/, "menu"],
    ["permission", /2\. No/, "permission"],
  ] as const;

  test.each(dialogs)(
    "answers no open %s dialog, and types when it is closed [case 51]",
    async (view, screen, key) => {
      const agent = await stage.openComposer();
      await stage.tmux.type(agent.pane, `/${view}`);
      await stage.tmux.sendKeys(agent.pane, "Enter");
      const before = await stage.tmux.waitForScreen(agent.pane, screen);
      const late = await stage.wake(agent, { deadline: inShort() });
      expect(late.skipped).toMatch(/^the deadline passed: the composer is not on the screen/);
      expect(await stage.tmux.capture(agent.pane)).toBe(before);
      const waiting = stage.wake(agent, { nonce: "closed0001" });
      await sleep(200);
      await stage.tmux.sendKeys(agent.pane, "Escape");
      await waiting;
      expect(await agent.waitForPrompts(1)).toEqual([line("closed0001")]);
      expect((await agent.records()).filter((record) => record[key] !== undefined)).toEqual([]);
    },
  );

  test("types nothing into copy mode, and at once when it is left [want 30]", async () => {
    const agent = await stage.openComposer();
    await stage.tmux.command("copy-mode", "-t", agent.pane);
    const waiting = stage.wake(agent, { nonce: "copied0001" });
    await sleep(shortMs);
    expect(await agent.prompts()).toEqual([]);
    expect(await stage.tmux.fact(agent.pane, "pane_in_mode")).toBe("1");
    await stage.tmux.command("send-keys", "-t", agent.pane, "-X", "cancel");
    expect(await waiting).toEqual({ providerId: agent.pane });
    expect(await agent.waitForPrompts(1)).toEqual([line("copied0001")]);
  });

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

  test("knows the composer whatever its footer and colours say [case 55]", async () => {
    const agent = await stage.openComposer();
    const changes = [
      "/footer ⏸ manual mode on · esc to interrupt",
      "/theme 211",
      "/footer ❯ Press Ctrl-C again to exit",
    ];
    for (const [index, change] of changes.entries()) {
      await stage.tmux.type(agent.pane, change);
      await stage.tmux.sendKeys(agent.pane, "Enter");
      await stage.tmux.waitForScreen(agent.pane, /^❯\u00A0\s*$/m);
      await stage.wake(agent, { nonce: `theme${index}0000` });
      expect((await agent.waitForPrompts(index + 1)).at(-1)).toBe(line(`theme${index}0000`));
    }
  });

  test("waits while a person types into the pane, by the keys of the clients that look at it", async () => {
    const person = await startTmux();
    try {
      const agent = await stage.openComposer({ session: "watched" });
      const attach = `env -u TMUX tmux -L ${stage.tmux.name} attach -t watched`;
      const terminal = await person.openPane({ command: ["sh", "-c", attach] });
      await person.waitForScreen(terminal, /❯/);
      await person.sendKeys(terminal, "Left");
      const start = performance.now();
      await stage.wake(agent, { nonce: "watched001" });
      // Whole seconds: at least half a second of rest out of the 1.5 s that were asked for.
      expect(performance.now() - start).toBeGreaterThan(450);
      expect(await agent.waitForPrompts(1)).toEqual([line("watched001")]);
    } finally {
      await person.kill();
    }
  });

  test("presses no Enter when a person's keys came between the text and it", async () => {
    const agent = await stage.openComposer();
    stage.isWanted = async (_, times) => {
      if (times === 2) await keysOf(stage, agent, "no wait");
      return true;
    };
    const receipt = await stage.wake(agent, { nonce: "between001" });
    expect(receipt.skipped).toBe("somebody's keys came between the text and Enter: Enter was not pressed");
    expect(await agent.prompts()).toEqual([]);
    expect(await stage.tmux.capture(agent.pane)).toContain(`${line("between001")}no wait`);
    const retry = await stage.wake(agent, { nonce: "between001", isRetry: true });
    expect(retry.skipped).toContain("no longer stands alone");
    expect(await agent.prompts()).toEqual([]);
  });

  test("types nothing when it is no longer wanted, and presses no Enter when that changes in between", async () => {
    const agent = await stage.openComposer();
    stage.isWanted = () => false;
    expect(await stage.wake(agent)).toEqual({ skipped: "no longer wanted" });
    expect(await stage.tmux.capture(agent.pane)).not.toContain("inbox");
    stage.isWanted = (_, times) => times === 1;
    const receipt = await stage.wake(agent, { nonce: "unwanted01" });
    expect(receipt.skipped).toContain("without Enter");
    expect(await agent.prompts()).toEqual([]);
  });

  test("leaves pane and composer so that the same wake succeeds when it comes again [case 8]", async () => {
    const agent = await stage.openComposer();
    await draft(stage, agent, ["half typed"]);
    const failed = await stage.wake(agent, { nonce: "again00001", deadline: inShort() });
    expect(failed.skipped).toContain("a draft");
    await stage.tmux.sendKeys(agent.pane, "C-u");
    await stage.tmux.waitForScreen(agent.pane, /^❯\u00A0\s*$/m);
    await stage.wake(agent, { nonce: "again00001" });
    expect(await agent.waitForPrompts(1)).toEqual([line("again00001")]);
  });

  test("does nothing after the deadline and nothing after an abort", async () => {
    const agent = await stage.openComposer();
    const late = await stage.wake(agent, { deadline: new Date(Date.now() - 1).toISOString() });
    expect(late.skipped).toMatch(/^the deadline passed/);
    expect(await stage.tmux.capture(agent.pane)).not.toContain("inbox");
    const aborting = new AbortController();
    await stage.tmux.command("copy-mode", "-t", agent.pane);
    const waiting = stage.wake(agent, {}, aborting.signal);
    aborting.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await stage.tmux.command("send-keys", "-t", agent.pane, "-X", "cancel");
    await sleep(300);
    expect(await agent.prompts()).toEqual([]);
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

async function draft(stage: Stage, agent: Agent, [text = "", ...keys]: readonly string[]): Promise<void> {
  // As a person pastes: a line break in it submits nothing.
  await stage.tmux.command("set-buffer", "-b", "draft", "--", text);
  await stage.tmux.command("paste-buffer", "-p", "-d", "-b", "draft", "-t", agent.pane);
  await stage.tmux.waitForScreen(agent.pane, new RegExp(text.split("\n").at(-1) ?? ""));
  if (keys.length > 0) await stage.tmux.sendKeys(agent.pane, ...keys);
}

async function keysOf(stage: Stage, agent: Agent, text: string): Promise<void> {
  await stage.tmux.type(agent.pane, text);
  await stage.tmux.waitForScreen(agent.pane, new RegExp(text));
}
