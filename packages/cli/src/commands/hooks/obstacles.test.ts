import { chmod, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet } from "../../stand-in.test.support.ts";

const files = {
  claude: ".claude/settings.json",
  codex: ".codex/hooks.json",
  gemini: ".gemini/settings.json",
  grok: ".grok/hooks/fleet.json",
};
const broken = '{"hooks": [}';
const whole = '{\n  "theme": "dark"\n}\n';

let home = "";

beforeEach(async () => {
  home = await emptyHome();
});
afterEach(() => rm(home, { recursive: true, force: true }));

const fleet = (...argv: readonly string[]) => runFleet(argv, home, { env: { PATH: "" } });
const read = (cli: keyof typeof files) => readFile(join(home, files[cli]), "utf8");
const isHooked = async (cli: keyof typeof files) => (await read(cli).catch(() => "")).includes("fleet-hook");

async function put(cli: keyof typeof files, text: string, mode = 0o644): Promise<void> {
  const file = join(home, files[cli]);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

describe("fleet hooks install --all where the settings of one CLI cannot be changed", () => {
  test.each([
    ["no JSON", () => put("claude", broken), 2, broken, /^Claude Code: reading .*settings\.json:1:\d+/m],
    ["read-only", () => put("claude", whole, 0o444), 9, whole, /^Claude Code: writing .* it is read-only/m],
  ])("for they are %s: says so, does the others, leaves it as it is", async (_, spoil, code, text, said) => {
    await spoil();
    const ran = await fleet("hooks", "install", "--all", "--apply");
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(said);
    expect(ran.stderr).toMatch(/^Codex: wrote .*^Gemini CLI: wrote .*^Grok Build: wrote /ms);
    expect(ran.stderr).toMatch(/^fleet: installing hooks: .*Claude Code.*\n$/m);
    expect(await Promise.all((["codex", "gemini", "grok"] as const).map(isHooked))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await read("claude")).toBe(text);
  });

  test("says it of each of several, and of different kinds exits as work that did not succeed", async () => {
    await put("codex", broken);
    await put("gemini", whole, 0o444);
    const ran = await fleet("hooks", "install", "--all", "--apply");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^Codex: reading .*^Gemini CLI: writing /ms);
    expect(ran.stderr).toMatch(/^fleet: installing hooks: .*Codex, Gemini CLI/m);
    expect(await Promise.all((["claude", "grok"] as const).map(isHooked))).toEqual([true, true]);
  });

  test.each([
    ["no JSON", broken, 0o644, 2, /^Codex: reading /m],
    ["read-only", whole, 0o444, 9, /^Codex: writing .* it is read-only/m],
  ])("shows the other diffs and the obstacle in a dry run: %s", async (_, text, mode, code, said) => {
    await put("codex", text, mode);
    const ran = await fleet("hooks", "install", "--all");
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(said);
    for (const cli of ["claude", "gemini", "grok"] as const)
      expect(ran.stdout).toContain(`+++ ${join(home, files[cli])}`);
    expect(await readdir(home)).toEqual([".codex"]);
  });
});

describe("fleet hooks uninstall --all where the settings of one CLI cannot be changed", () => {
  test("says so, gives the others back, leaves it as it is", async () => {
    await fleet("hooks", "install", "--all", "--apply");
    await put("claude", broken);
    const shown = await fleet("hooks", "uninstall", "--all");
    expect(shown).toMatchObject({
      code: 2,
      stdout: expect.stringContaining(`--- ${join(home, files.grok)}`),
    });
    const ran = await fleet("hooks", "uninstall", "--all", "--apply");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^Claude Code: reading /m);
    expect(ran.stderr).toMatch(/^fleet: taking hooks out: .*Claude Code/m);
    expect((await readdir(home)).sort()).toEqual([".claude", "data"]);
    expect(await read("claude")).toBe(broken);
  });

  test("takes out the plugin where the settings beside it cannot be read", async () => {
    await fleet("hooks", "install", "--claude", "--plugin", "--apply");
    await put("claude", broken);
    const plugin = join(home, ".claude", "skills", "fleet");
    expect(await readdir(plugin)).not.toEqual([]);
    expect((await fleet("hooks", "uninstall", "--claude", "--apply")).code).toBe(2);
    await expect(readdir(plugin)).rejects.toThrow("ENOENT");
  });
});
