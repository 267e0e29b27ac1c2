import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { line } from "../../support/typed-wake.ts";
import { startStage, type Agent, type Stage } from "./stage.ts";

/** Long enough for several looks at a pane that is not free. */
const shortMs = 1200;
const inShort = () => new Date(Date.now() + shortMs).toISOString();

describe("the tmux adapter, before a composer that is in use", () => {
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
});

async function draft(stage: Stage, agent: Agent, [text = "", ...keys]: readonly string[]): Promise<void> {
  // As a person pastes: a line break in it submits nothing.
  await stage.tmux.command("set-buffer", "-b", "draft", "--", text);
  await stage.tmux.command("paste-buffer", "-p", "-d", "-b", "draft", "-t", agent.pane);
  await stage.tmux.waitForScreen(agent.pane, new RegExp(text.split("\n").at(-1) ?? ""));
  if (keys.length > 0) await stage.tmux.sendKeys(agent.pane, ...keys);
}
