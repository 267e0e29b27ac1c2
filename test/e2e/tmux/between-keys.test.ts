import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTmux } from "../../support/tmux.ts";
import { line } from "../../support/typed-wake.ts";
import { startStage, type Agent, type Stage } from "./stage.ts";

describe("the tmux adapter, among the keys of a person and the minds of the planner", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage();
  });
  afterEach(() => {
    stage.isWanted = () => true;
  });
  afterAll(() => stage.close());

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
});

async function keysOf(stage: Stage, agent: Agent, text: string): Promise<void> {
  await stage.tmux.type(agent.pane, text);
  await stage.tmux.waitForScreen(agent.pane, new RegExp(text));
}
