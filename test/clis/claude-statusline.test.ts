import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { findClaudeBinary } from "../support/claude-binary.ts";
import { must } from "../support/claude-fleet/ask.ts";
import { useFleet } from "../support/claude-fleet/fleet.ts";
import { privateTmux } from "../support/claude-tmux.ts";
import { until } from "../support/claude.ts";

const own = { type: "command", command: "echo my own line", refreshInterval: 1 };

describe("the first tour and the status line, at a real terminal", () => {
  const { open, fleet } = useFleet();
  beforeAll(() => open({ settings: { statusLine: own } }));

  test("fleet setup asks for rules and status line, then wakes the session that is there", async () => {
    const toured = await fleet().start("toured");
    const home = join(toured.project, "../home");
    const path = `${dirname(findClaudeBinary(process.env).path ?? "")}:/usr/bin:/bin`;
    const env = { HOME: home, FLEET_HOME: fleet().fleetHome, FLEET_MACHINE: "lab" };
    // tmux gives a pane its client's PATH, whatever it is told.
    const command = `PATH='${path}' ${fleet().commandLine} setup; echo ended with $?; sleep 600`;
    const tour = await openShell(command, env);
    const questions = [
      /Let Claude Code read its fleet inbox, reply and report/,
      /Show the fleet in the status line of Claude Code, below your own\?/,
      /Wake toured now, to see it work\?/,
    ];
    for (const question of questions) {
      await tour.seen(question);
      await fleet().tmux.command("send-keys", "-t", tour.pane, "y");
    }
    const screen = await tour.seen(/ended with \d/);
    expect(screen).toContain("found Claude Code 2.1.329");
    expect(screen).toMatch(/done +\+.* lab\/toured/);
    expect(screen).toMatch(/toured was woken, and says: \S/);
    expect(screen).toContain("ended with 0");
    await fleet().tmux.command("kill-pane", "-t", tour.pane);
  });

  /** A command in a pane of its own, and what its screen shows. */
  async function openShell(command: string, env: Readonly<Record<string, string>>) {
    const set = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const size = ["-d", "-x", "180", "-y", "120"];
    const { tmux } = fleet();
    const print = ["-P", "-F", "#{pane_id}"];
    const pane = (
      await tmux.command("new-session", ...size, ...set, ...print, "--", "sh", "-c", command)
    ).trim();
    const seen = async (pattern: RegExp) => {
      let screen = "";
      const isThere = async () =>
        pattern.test((screen = await tmux.command("capture-pane", "-p", "-t", pane)));
      await until(isThere, { timeoutMs: 60_000, what: () => `${pattern} in:\n${screen}` });
      return screen;
    };
    return { pane, seen };
  }

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
