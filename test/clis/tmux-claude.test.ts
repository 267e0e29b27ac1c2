import { access, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startStage, type Stage, type Target } from "../e2e/tmux/stage.ts";
import { findClaudeBinary } from "../support/claude-binary.ts";
import { startClaude, type ClaudeSession } from "../support/claude.ts";
import { startStubModel, type StubModel } from "../support/stub-model.ts";
import { eventually } from "../support/tmux.ts";
import { line } from "../support/typed-wake.ts";

const claude = findClaudeBinary(process.env);
const emptyBox = /^❯\u00A0\s*$/m;
const rule = /^─{20}/;
const inShort = () => new Date(Date.now() + 1200).toISOString();

describe.skipIf(claude.path === undefined)(
  `the tmux adapter and the real Claude Code ${claude.reason}`,
  () => {
    let stage: Stage;
    let model: StubModel;
    let count = 0;
    beforeAll(async () => {
      stage = await startStage();
      model = await startStubModel();
    });
    afterAll(async () => {
      await stage.close();
      await model.close();
    });

    /** A session of its own, idle. */
    async function launch(size?: {
      readonly width: number;
      readonly height: number;
    }): Promise<ClaudeSession> {
      count += 1;
      const home = join(stage.tmux.home, `home-${count}`);
      const env = { XDG_RUNTIME_DIR: home };
      const started = await startClaude({
        binary: claude.path ?? "",
        home,
        project: join(home, "project"),
        tmux: stage.tmux,
        modelUrl: model.url,
        permissionMode: "default",
        env,
      });
      const session = await stage.tmux.fact(started.pane, "session_name");
      if (size !== undefined)
        await stage.tmux.command(
          "resize-window",
          "-t",
          `=${session}:`,
          "-x",
          String(size.width),
          "-y",
          String(size.height),
        );
      await stage.tmux.waitForScreen(started.pane, emptyBox, 20_000);
      // Its composer is drawn before it reads keys; what it says of itself comes after.
      await eventually(
        async () => (await listed(home, started.pid)).includes('"status":"idle"') || undefined,
        () => `${started.pid} among its sessions`,
      );
      return started;
    }

    const listed = (home: string, pid: number) =>
      readFile(join(home, ".claude", "sessions", `${pid}.json`), "utf8").catch(() => "");
    const wake = (target: Target, overrides: Readonly<Record<string, unknown>> = {}) =>
      stage.wake(target, { cli: "claude", ...overrides });
    /** Resolves when the model was asked with this text. */
    const asked = (text: string) =>
      model.waitFor((request) => request.messages.some((message) => message.text.includes(text)), 10_000);
    const press = (target: Target, ...keys: readonly string[]) => stage.tmux.sendKeys(target.pane, ...keys);
    const see = (target: Target, pattern: RegExp) => stage.tmux.waitForScreen(target.pane, pattern);

    /** The screen from the line that matches on: its head has a moving picture. */
    const from = async ({ pane }: Target, pattern: RegExp) => {
      const lines = (await stage.tmux.capture(pane)).split("\n");
      return lines.slice(lines.findIndex((each) => pattern.test(each))).join("\n");
    };
    /** As a person pastes a prompt and sends it. */
    const submit = async (target: Target, text: string) => {
      await stage.tmux.command("set-buffer", "-b", "person", "--", text);
      await stage.tmux.command("paste-buffer", "-p", "-d", "-b", "person", "-t", target.pane);
      await eventually(
        async () => (await stage.tmux.capture(target.pane)).includes(text.slice(0, 30)) || undefined,
        () => text,
      );
      await press(target, "Enter");
    };

    test("types and submits, in one prompt with its nonce", async () => {
      const session = await launch();
      expect(await wake(session, { nonce: "claude0001" })).toEqual({ providerId: session.pane });
      await asked(line("claude0001"));
    });

    const drafts = [
      ["at its end", ["half typed"], []],
      ["with the cursor at its beginning", ["half typed"], ["Home"]],
      ["in shell mode", ["!ls"], []],
      ["with the command menu open", ["/mod"], []],
    ] as const;

    test.each(drafts)(
      "leaves a draft %s as it is, and types when it is gone [case 50]",
      async (_, texts, keys) => {
        const session = await launch();
        for (const text of texts) await stage.tmux.type(session.pane, text);
        if (keys.length > 0) await press(session, ...keys);
        await see(session, /half typed|^!\u00A0ls|\/model/m);
        await sleep(300);
        const before = await from(session, rule);
        expect((await wake(session, { deadline: inShort() })).skipped).toMatch(
          /^the deadline passed: (a draft|the composer)/,
        );
        expect(await from(session, rule)).toBe(before);
        const waiting = wake(session, { nonce: `gone${count}000000` });
        await press(session, "C-c");
        if (await stage.tmux.capture(session.pane).then((screen) => screen.includes("!\u00A0")))
          await press(session, "BSpace");
        await waiting;
        await asked(line(`gone${count}000000`));
        expect(model.holding("half typed")).toEqual([]);
      },
    );

    test("takes the prompt that Esc puts back into the box for a draft [case 50]", async () => {
      const session = await launch();
      await submit(session, "tell me [[hold back]]");
      await asked("[[hold back]]");
      await see(session, /esc to interrupt/);
      await press(session, "Escape");
      await see(session, /^❯\u00A0tell me/m);
      expect((await wake(session, { deadline: inShort() })).skipped).toBe(
        "the deadline passed: a draft stands in the composer",
      );
      await see(session, /^❯\u00A0tell me/m);
      model.release("back");
    });

    test("answers no open menu, and types when it is closed [case 51]", async () => {
      const session = await launch();
      await submit(session, "/model");
      await see(session, /Enter to save/);
      const before = await from(session, /Select model/);
      expect((await wake(session, { deadline: inShort() })).skipped).toContain(
        "the composer is not on the screen",
      );
      expect(await from(session, /Select model/)).toBe(before);
      const waiting = wake(session, { nonce: "closed0001" });
      await press(session, "Escape");
      expect(await waiting).toEqual({ providerId: session.pane });
      await asked(line("closed0001"));
    });

    test("answers no permission dialog [case 51]", async () => {
      const session = await launch();
      const file = join(stage.tmux.home, "touched");
      await submit(session, `[[run touch ${file}]]`);
      await see(session, /4\. No/);
      const before = await from(session, /Do you want/);
      expect((await wake(session, { deadline: inShort() })).skipped).toContain(
        "the composer is not on the screen",
      );
      expect(await from(session, /Do you want/)).toBe(before);
      await press(session, "Escape");
      await see(session, emptyBox);
      await expect(access(file)).rejects.toThrow("ENOENT");
    });

    test("types nothing into copy mode, and into the CLI when it is left", async () => {
      const session = await launch();
      await stage.tmux.command("copy-mode", "-t", session.pane);
      const waiting = wake(session, { nonce: "copied0001" });
      await sleep(500);
      expect(model.holding("copied0001")).toEqual([]);
      await stage.tmux.command("send-keys", "-t", session.pane, "-X", "cancel");
      await waiting;
      await asked(line("copied0001"));
    });

    test("types nothing when the CLI has ended [case 52]", async () => {
      const session = await launch();
      await stage.tmux.command("set-option", "-p", "-t", session.pane, "remain-on-exit", "on");
      await press(session, "C-d");
      await press(session, "C-d");
      await eventually(
        async () => (await stage.tmux.fact(session.pane, "pane_dead")) === "1" || undefined,
        () => "its end",
      );
      expect(await wake(session)).toEqual({ skipped: "the pane is dead" });
    });

    test("types 690 characters into a pane too small to show them", async () => {
      const session = await launch({ width: 50, height: 14 });
      const text = `fleet: ${"word ".repeat(140)}`.slice(0, 670) + " [fleet:small00001]";
      expect(await wake(session, { text })).toEqual({ providerId: session.pane });
      const request = await asked("[fleet:small00001]");
      expect(request.messages.some((message) => message.text.includes(text))).toBe(true);
    });
  },
);
