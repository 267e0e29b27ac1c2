import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet, type RunOptions } from "../../stand-in.test.support.ts";

const before =
  '{\n  // mine\n  "model": "opus",\n  "hooks": { "Stop": [{ "hooks": [{ "type": "command", "command": "beep" }] }] },\n}\n';

let home = "";
let file = "";

beforeEach(async () => {
  home = await emptyHome();
  file = join(home, ".claude", "settings.json");
  await mkdir(join(home, ".claude"));
  await writeFile(file, before);
});
afterEach(() => rm(home, { recursive: true, force: true }));

const fleet = (argv: readonly string[], how: RunOptions = {}) => runFleet(argv, home, how);
const read = (name: string) => readFile(name, "utf8");
const settings = () => read(file);

describe("fleet hooks install", () => {
  test("[row 24] alone is a dry run: it prints the unified diff and writes nothing at all", async () => {
    const ran = await fleet(["hooks", "install", "--claude"]);
    expect(ran).toMatchObject({
      code: 0,
      stderr: "a dry run: nothing was written; --apply makes the change\n",
    });
    expect(ran.stdout).toMatch(new RegExp(`^--- ${file}\n\\+\\+\\+ ${file}\n@@`));
    expect(ran.stdout).toMatch(/^\+.*"SessionStart"/m);
    expect(await settings()).toBe(before);
    expect(await readdir(home)).toEqual([".claude"]);
  });

  test("[row 24] [row 106] --apply writes it, with a backup and the client it points at; a second time changes nothing", async () => {
    const ran = await fleet(["hooks", "install", "--claude", "--apply"]);
    expect(ran.code).toBe(0);
    const [, backup = ""] = /as it was: (\S+)/.exec(ran.stderr) ?? [];
    expect(await readFile(backup, "utf8")).toBe(before);
    const text = await settings();
    expect(text).toContain("// mine");
    expect(text).toContain('"command": "beep"');
    expect(await readdir(join(home, "data", "hooks"))).toContain("fleet-hook");
    expect(ran.stderr).toMatch(/holds comments or trailing commas: Claude Code ignores such a file/);
    const again = await fleet(["hooks", "install", "--claude", "--apply"]);
    expect(again).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("nothing to change"),
    });
    expect(await settings()).toBe(text);
  });

  test("[want 29] uninstall gives every byte back", async () => {
    await fleet(["hooks", "install", "--claude", "--apply"]);
    expect((await fleet(["hooks", "uninstall", "--claude", "--apply"])).code).toBe(0);
    expect(await settings()).toBe(before);
  });

  test.each([
    ["codex", ".codex/hooks.json", /Codex runs new hooks only after you trusted them/],
    ["gemini", ".gemini/settings.json", /^Gemini CLI: wrote /m],
    ["grok", ".grok/hooks/fleet.json", /^Grok Build: wrote /m],
  ])("%s gets its hooks too, and gives them back", async (cli, place, said) => {
    const ran = await fleet(["hooks", "install", `--${cli}`, "--apply"]);
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringMatching(said) });
    expect(JSON.parse(await readFile(join(home, place), "utf8"))).toHaveProperty("hooks.SessionStart");
    expect(await settings()).toBe(before);
    const undone = await fleet(["hooks", "uninstall", `--${cli}`, "--apply"]);
    expect(undone).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`deleted ${join(home, place)}`),
    });
    await expect(readFile(join(home, place))).rejects.toThrow("ENOENT");
  });

  test("at a terminal it shows the diff and asks; no is no", async () => {
    const questions: string[] = [];
    const asking = (answer: boolean) => ({
      confirm: (question: string) => {
        questions.push(question);
        return Promise.resolve(answer);
      },
    });
    const no = await fleet(["hooks", "install", "--claude"], asking(false));
    expect(no).toMatchObject({ code: 0, stdout: expect.stringContaining("@@") });
    expect(await settings()).toBe(before);
    expect((await fleet(["hooks", "install", "--claude"], asking(true))).code).toBe(0);
    expect(await settings()).not.toBe(before);
    expect(questions).toEqual([`Make this change in ${file}?`, `Make this change in ${file}?`]);
  });

  test("without a name it takes the CLIs on PATH, and says when there is none", async () => {
    expect(await fleet(["hooks", "install"], { env: { PATH: "" } })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("--claude"),
    });
    await writeFile(join(home, "claude"), "#!/bin/sh\n", { mode: 0o755 });
    expect(await fleet(["hooks", "install"], { env: { PATH: home } })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("@@"),
    });
  });

  test("a settings file that is none is named with line and column: exit 2, untouched", async () => {
    await writeFile(file, '{"hooks": [}');
    expect(await fleet(["hooks", "install", "--claude", "--apply"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(file),
    });
    expect(await settings()).toBe('{"hooks": [}');
  });
});

describe("[row 25] the choice of CLIs and of the file", () => {
  const homes = { claude: ".claude", codex: ".codex", gemini: ".gemini", grok: ".grok" };

  test.each([
    [["--claude"], ["claude"]],
    [
      ["--codex", "--gemini"],
      ["codex", "gemini"],
    ],
    [["--grok"], ["grok"]],
    [["--all"], ["claude", "codex", "gemini", "grok"]],
  ])("%j touches those and no other, whatever is on PATH", async (flags, touched) => {
    await rm(join(home, ".claude"), { recursive: true });
    const bin = join(home, "bin");
    await mkdir(bin);
    for (const cli of Object.keys(homes)) await writeFile(join(bin, cli), "#!/bin/sh\n", { mode: 0o755 });
    await fleet(["hooks", "install", ...flags, "--apply"], { env: { PATH: bin } });
    const there = await readdir(home);
    const found = Object.entries(homes).filter(([, folder]) => there.includes(folder));
    expect(found.map(([cli]) => cli)).toEqual(touched);
    await fleet(["hooks", "uninstall", "--all", "--apply"]);
    expect((await readdir(home)).sort()).toEqual(["bin", "data"]);
  });

  test.each([
    [["--claude", "--settings", ".claude/settings.json"]],
    [["--settings=.claude/settings.json", "--claude"]],
  ])(
    "%j is another file, against the folder one is in: made, told of, and taken away again",
    async (flags) => {
      const project = join(home, "project");
      await mkdir(project);
      const how = { cwd: project };
      const status = async () =>
        JSON.parse((await fleet(["hooks", "status", ...flags, "--json"], how)).stdout);
      const other = join(project, ".claude", "settings.json");
      const shown = await fleet(["hooks", "install", ...flags], how);
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(`+++ ${other}`) });
      expect(await readdir(project)).toEqual([]);
      await fleet(["hooks", "install", ...flags, "--apply"], how);
      expect(await status()).toMatchObject({ items: [{ cli: "claude", file: other, state: "installed" }] });
      expect(await settings()).toBe(before);
      expect((await fleet(["hooks", "uninstall", ...flags, "--apply"], how)).code).toBe(0);
      expect(await readdir(project)).toEqual([]);
    },
  );

  test.each([[[]], [["--all"]], [["--claude", "--codex"]]])(
    "--settings with %j is refused: whose file that is has to be said",
    async (flags) => {
      for (const action of ["install", "uninstall", "status"])
        expect(await fleet(["hooks", action, "--settings", "x.json", ...flags])).toMatchObject({
          code: 2,
          stderr: expect.stringContaining("name the one CLI"),
        });
      expect(await readdir(home)).toEqual([".claude"]);
    },
  );
});

test("[row 110] all settings point at one copy of the client in fleet's data, and an install mends it", async () => {
  const client = join(home, "data", "hooks", "fleet-hook");
  await fleet(["hooks", "install", "--all", "--apply"]);
  const whole = await readFile(client, "utf8");
  expect(whole).not.toContain(process.cwd());
  const files = [".codex/hooks.json", ".gemini/settings.json", ".grok/hooks/fleet.json"];
  for (const text of await Promise.all([file, ...files.map((name) => join(home, name))].map(read))) {
    const commands = text.match(/"[^"\n]*fleet-hook[^"\n]*"/g) ?? [];
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter((command) => !command.includes(client))).toEqual([]);
  }
  await writeFile(client, "spoilt");
  await fleet(["hooks", "uninstall", "--codex", "--apply"]);
  await fleet(["hooks", "install", "--codex", "--apply"]);
  expect(await readFile(client, "utf8")).toBe(whole);
});

describe("fleet hooks status", () => {
  test("says missing, then installed, and what keeps them from running", async () => {
    const state = async () => JSON.parse((await fleet(["hooks", "--json"])).stdout);
    const missing = ["claude", "codex", "gemini", "grok"].map((cli) => ({ cli, state: "missing" }));
    expect(await state()).toMatchObject({ items: missing });
    expect(await state()).toMatchObject({ items: [{ file }, {}, {}, {}] });
    await fleet(["hooks", "install", "--claude", "--apply"]);
    expect(await state()).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({ state: "installed", obstacles: [expect.stringContaining("comments")] }),
      ]),
    });
    await writeFile(file, '{"disableAllHooks": true}');
    expect((await fleet(["hooks"])).stdout).toMatch(/claude +missing .*switched off by .*disableAllHooks/);
  });
});
