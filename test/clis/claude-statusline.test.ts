import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { must } from "../support/claude-fleet/ask.ts";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import { privateTmux } from "../support/claude-tmux.ts";
import { until } from "../support/claude.ts";

const own = { type: "command", command: "echo my own line", refreshInterval: 1 };

describe("the fleet in real status lines", () => {
  const { open, fleet } = useFleet();
  beforeAll(() => open({ settings: { statusLine: own } }));

  test("[row 107] [row 108] Claude Code shows its user's own line, and fleet's below with mail and peers", async () => {
    await must(fleet().run("statusline", "install", "--apply"));
    const worker = await fleet().start("shown");
    await worker.waitForScreen(/my own line *\n *\[shown · 0 peers · ✉ 0\]/, 30_000);
    await fleet().pub("shown", "for later", "--note");
    await fleet().start("other");
    await worker.waitForScreen(/my own line *\n *\[shown · 1 peer · ✉ 1\]/, 30_000);
    await must(fleet().run("statusline", "uninstall", "--apply"));
    const again = await fleet().start("again");
    const screen = await again.waitForScreen(/my own line/, 30_000);
    expect(screen).not.toContain("[again");
  });

  test("tmux shows the session of the pane that its client is in, by what fleet statusline --tmux prints", async ({
    onTestFinished,
  }) => {
    const worker = await fleet().start("paned");
    const folder = await mkdtemp(join(tmpdir(), "fleet-tmux-line-"));
    const config = join(folder, "tmux.conf");
    const { stdout } = await must(fleet().run("statusline", "--tmux"));
    await writeFile(config, `set -g status-interval 1\n${stdout}`);
    await fleet().tmux.command("source-file", config);
    const viewer = privateTmux(`${fleet().tmux.name}-viewer`);
    onTestFinished(async () => {
      await viewer.kill();
      await rm(folder, { recursive: true });
    });
    const session = (
      await fleet().tmux.command("display-message", "-p", "-t", worker.pane, "#{session_id}")
    ).trim();
    const attach = ["env", "-u", "TMUX", "tmux", "-L", fleet().tmux.name, "attach", "-t", session];
    await viewer.command("new-session", "-d", "-x", "160", "-y", "40", "--", ...attach);
    let screen = "";
    const isShown = async () =>
      /\[paned · \d+ peers? · ✉ 0\]/.test((screen = await viewer.command("capture-pane", "-p")));
    await until(isShown, { timeoutMs: 30_000, what: () => `the session in tmux' status line:\n${screen}` });
  });
});
