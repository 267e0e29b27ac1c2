import { spawnSync } from "node:child_process";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "smol-toml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { emptyHome, runFleet, type RunOptions } from "../../stand-in.test.support.ts";

let home = "";
let lines = "";

beforeEach(async () => {
  home = await emptyHome();
  lines = join(home, "run", "line");
});
afterEach(() => rm(home, { recursive: true, force: true }));

const fleet = (argv: readonly string[], how: RunOptions = {}) => runFleet(["statusline", ...argv], home, how);
const script = () => join(home, "data", "hooks", "fleet-line");

/** As a daemon with the pid of this process keeps them. */
async function keep(files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(lines, "wanted"), { recursive: true });
  await writeFile(join(lines, "daemon"), `${process.pid}\n`);
  for (const [key, line] of Object.entries(files)) await writeFile(join(lines, key), `${line}\n`);
}

const inShell = (command: string, input = "") =>
  spawnSync("/bin/sh", ["-c", command], { input, encoding: "utf8", timeout: 20_000 }).stdout;

describe("fleet statusline", () => {
  test("prints the human's line, a named session's, or that of the JSON on stdin", async () => {
    await keep({ "name-me": "[me · 2 peers · ✉ 1]", "name-web": "[web]", "cli-a1": "[by its id]" });
    const printed = (stdout: string) => ({ code: 0, stdout: `${stdout}\n`, stderr: "" });
    expect(await fleet([], { isTerminal: true })).toEqual(printed("[me · 2 peers · ✉ 1]"));
    expect(await fleet([])).toEqual(printed("[me · 2 peers · ✉ 1]"));
    expect(await fleet(["--session", "web"])).toEqual(printed("[web]"));
    expect(await fleet([], { stdin: '{"session_id":"a1"}' })).toEqual(printed("[by its id]"));
  });

  test("without a daemon says so, and starts none", async () => {
    expect(await fleet([])).toEqual({ code: 0, stdout: "[fleet: down]\n", stderr: "" });
  });

  test("--claude prints a statusLine whose command runs, and writes no settings", async () => {
    await keep({ "cli-a1": "[web]" });
    const mine = '{ "statusLine": { "type": "command", "command": "mine" } }\n';
    const file = join(home, ".claude", "settings.json");
    await mkdir(join(home, ".claude"));
    await writeFile(file, mine);
    const { stdout } = await fleet(["--claude"]);
    const { statusLine } = z
      .strictObject({
        statusLine: z.strictObject({
          type: z.literal("command"),
          command: z.string(),
          refreshInterval: z.int().min(1),
        }),
      })
      .parse(JSON.parse(stdout));
    expect(inShell(statusLine.command, '{"session_id":"a1"}')).toBe("[web]\n");
    expect(await readFile(file, "utf8")).toBe(mine);
  });

  test("--starship prints a custom command that runs", async () => {
    await keep({ "name-me": "[me]" });
    const { custom } = z
      .object({ custom: z.object({ fleet: z.object({ command: z.string(), when: z.literal(true) }) }) })
      .parse(parse((await fleet(["--starship"])).stdout));
    expect(inShell(custom.fleet.command)).toBe("[me]\n");
  });

  test("--tmux prints a line for tmux.conf that asks by socket and pane", async () => {
    const { stdout } = await fleet(["--tmux"]);
    expect(stdout).toBe(
      `if-shell -F '#{e|<:#{status-right-length},100}' 'set -g status-right-length 100'\nset -ag status-right " #(${script()} tmux \\"#{socket_path}\\" \\"#{pane_id}\\")"\n`,
    );
    expect((await stat(script())).mode & 0o777).toBe(0o755);
  });

  describe("install", () => {
    const own = `{ "statusLine": { "type": "command", "command": "sed -n 's/.*cwd/at/p'", "padding": 0 } }\n`;
    const settings = () => readFile(join(home, ".claude", "settings.json"), "utf8");
    const commandIn = (text: string) =>
      z.object({ statusLine: z.object({ command: z.string() }) }).parse(JSON.parse(text)).statusLine.command;
    beforeEach(async () => {
      await mkdir(join(home, ".claude"));
      await writeFile(join(home, ".claude", "settings.json"), own);
    });

    test("alone is a dry run that writes nothing", async () => {
      const ran = await fleet(["install"]);
      expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining("a dry run") });
      expect(ran.stdout).toContain("fleet-line with");
      expect(await settings()).toBe(own);
    });

    test("[row 107] shows the fleet below the user's own line, and uninstall gives every byte back", async () => {
      await keep({ "cli-a1": "[web · 2 peers · ✉ 1]" });
      expect(await fleet(["install", "--apply"])).toMatchObject({ code: 0 });
      const shown = await settings();
      expect(JSON.parse(shown)).toMatchObject({ statusLine: { type: "command", padding: 0 } });
      expect(inShell(commandIn(shown), '{"session_id":"a1","cwd":"/x"}')).toBe(
        'at":"/x"}\n[web · 2 peers · ✉ 1]\n',
      );
      const again = await fleet(["install", "--apply"]);
      expect(again).toMatchObject({ stdout: "", stderr: expect.stringContaining("nothing to change") });
      expect(await fleet(["uninstall", "--apply"])).toMatchObject({ code: 0 });
      expect(await settings()).toBe(own);
    });

    test("asks at a terminal, and leaves what is declined", async () => {
      const asked: string[] = [];
      const confirm = (question: string) => {
        asked.push(question);
        return Promise.resolve(asked.length > 1);
      };
      await fleet(["install"], { confirm });
      expect(await settings()).toBe(own);
      await fleet(["install"], { confirm });
      expect(asked).toEqual(
        Array(2).fill("Show the fleet in the status line of Claude Code, below your own?"),
      );
      expect(commandIn(await settings())).toContain("fleet-line");
    });

    test("[row 23] stays with the hooks' update and goes with them", async () => {
      await runFleet(["hooks", "install", "--claude", "--apply"], home);
      await fleet(["install", "--apply"]);
      await runFleet(["hooks", "install", "--claude", "--apply"], home);
      expect(commandIn(await settings())).toContain("fleet-line");
      await runFleet(["hooks", "uninstall", "--claude", "--apply"], home);
      expect(await settings()).toBe(own);
    });

    test("--settings is another file, which fleet uninstall finds", async () => {
      const file = join(home, "project.json");
      await fleet(["install", "--settings", "project.json", "--apply"]);
      expect([commandIn(await readFile(file, "utf8")), await settings()]).toEqual([
        `${script()} claude`,
        own,
      ]);
      await runFleet(["uninstall", "--yes"], home);
      await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
    });

    test("says when Claude Code will not read the file at all", async () => {
      const file = join(home, ".claude", "settings.json");
      expect((await fleet(["install", "--apply"])).stderr).not.toContain("ignores");
      await writeFile(file, `// mine\n${own}`);
      const ran = await fleet(["install", "--apply"]);
      expect(ran).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("ignores such a file as a whole"),
      });
    });

    test("a status line that is no command is refused with its place, untouched", async () => {
      const odd = '{\n  "statusLine": "mine"\n}\n';
      await writeFile(join(home, ".claude", "settings.json"), odd);
      const ran = await fleet(["install", "--apply"]);
      expect(ran).toMatchObject({ stdout: "", stderr: expect.stringContaining("settings.json:2:3") });
      expect([ran.code === 0, await settings()]).toEqual([false, odd]);
    });
  });

  test("two places at once are refused", async () => {
    expect(await fleet(["--tmux", "--claude"])).toMatchObject({ code: 2, stdout: "" });
  });
});
