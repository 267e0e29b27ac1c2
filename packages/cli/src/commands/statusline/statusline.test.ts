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
      `set -ag status-right " #(${script()} tmux \\"#{socket_path}\\" \\"#{pane_id}\\")"\n`,
    );
    expect((await stat(script())).mode & 0o777).toBe(0o755);
  });

  test("two places at once are refused", async () => {
    expect(await fleet(["--tmux", "--claude"])).toMatchObject({ code: 2, stdout: "" });
  });
});
