import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet, type RunOptions } from "../../stand-in.test.support.ts";

const before = '{\n  "model": "opus"\n}\n';

let home = "";
let file = "";
let folder = "";

beforeEach(async () => {
  home = await emptyHome();
  file = join(home, ".claude", "settings.json");
  folder = join(home, ".claude", "skills", "fleet");
  await mkdir(join(home, ".claude"));
  await writeFile(file, before);
  await writeFile(join(home, "claude"), "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const fleet = (argv: readonly string[], how: RunOptions = {}) =>
  runFleet(argv, home, { ...how, env: { PATH: `${home}:/usr/bin:/bin` } });
const hooks = (...argv: readonly string[]) => fleet(["hooks", ...argv]);
const settings = () => readFile(file, "utf8");
const hasPlugin = () =>
  stat(folder).then(
    () => true,
    () => false,
  );
const statusOf = async () => {
  const { items }: { items: readonly unknown[] } = JSON.parse(
    (await hooks("status", "--claude", "--json")).stdout,
  );
  return items[0];
};
const doctorLine = async () => {
  const { stdout } = await fleet(["doctor"]);
  return stdout.split("\n").find((line) => line.includes("hooks of Claude Code"));
};

describe("fleet hooks install --plugin", () => {
  test("alone is a dry run that prints each file, and writes nothing", async () => {
    const ran = await hooks("install", "--plugin");
    expect(ran).toMatchObject({
      code: 0,
      stderr: "a dry run: nothing was written; --apply makes the change\n",
    });
    expect(ran.stdout).toContain(`+++ ${folder}/.claude-plugin/plugin.json`);
    expect(ran.stdout).toMatch(/^\+.*"SessionStart"/m);
    expect(await hasPlugin()).toBe(false);
  });

  test("--apply writes the plugin and its client, and leaves the settings; uninstall takes it out again", async () => {
    const ran = await hooks("install", "--claude", "--plugin", "--apply");
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining(`wrote the plugin ${folder}`) });
    expect([await settings(), await hasPlugin()]).toEqual([before, true]);
    const client = join(home, "data", "hooks", "fleet-hook");
    expect(await readFile(join(folder, "hooks/hooks.json"), "utf8")).toContain(JSON.stringify(client));
    expect((await stat(client)).mode & 0o111).not.toBe(0);
    expect(await hooks("install", "--plugin", "--apply")).toMatchObject({
      stdout: "",
      stderr: expect.stringContaining("nothing to change"),
    });
    expect((await hooks("uninstall", "--claude", "--apply")).code).toBe(0);
    expect([await settings(), await hasPlugin()]).toEqual([before, false]);
  });

  test.each([
    [["--codex", "--plugin"]],
    [["--claude", "--gemini", "--plugin"]],
    [["--claude", "--settings", "x.json", "--plugin"]],
  ])("%j is refused", async (argv) => {
    expect(await hooks("install", ...argv, "--apply")).toMatchObject({ code: 2, stdout: "" });
    expect(await hasPlugin()).toBe(false);
  });

  test("who has the plugin is kept on it by a plain install", async () => {
    await hooks("install", "--plugin", "--apply");
    await writeFile(join(folder, "hooks/hooks.json"), '{"hooks":{"Stop":[]},"was":"fleet-hook"}');
    expect(await statusOf()).toMatchObject({ state: "outdated", plugin: { state: "outdated" } });
    expect(await doctorLine()).toContain("outdated as a plugin");
    expect((await hooks("install", "--apply")).code).toBe(0);
    expect(await statusOf()).toMatchObject({ state: "installed" });
    expect(await settings()).toBe(before);
  });
});

describe("where the plugin is known", () => {
  test("status and doctor say that it is there", async () => {
    expect(await statusOf()).toMatchObject({ state: "missing", plugin: { state: "missing" } });
    await hooks("install", "--plugin", "--apply");
    expect(await statusOf()).toMatchObject({
      ...{ state: "installed", place: folder, obstacles: [], remarks: [] },
      plugin: { folder, state: "installed", disabledBy: [] },
    });
    expect(await doctorLine()).toContain("ok");
    expect(await doctorLine()).toContain("installed as a plugin");
  });

  test("disabled by the user, they say so and how it is enabled", async () => {
    await hooks("install", "--plugin", "--apply");
    await writeFile(file, '{"enabledPlugins":{"fleet@skills-dir":false}}');
    const said = `the plugin is disabled in ${file}: claude plugin enable fleet@skills-dir`;
    expect(await statusOf()).toMatchObject({ obstacles: [said] });
    expect(await doctorLine()).toContain(said);
  });

  test("beside hooks in the settings they say that each event counts once", async () => {
    await hooks("install", "--claude", "--apply");
    const ran = await hooks("install", "--plugin", "--apply");
    expect(ran.stderr).toContain("each event counts once");
    expect(await statusOf()).toMatchObject({
      obstacles: [],
      remarks: [expect.stringContaining("--plugin takes the plugin out")],
    });
    expect(await doctorLine()).toMatch(/ok .*installed$/);
    await hooks("uninstall", "--plugin", "--apply");
    expect([await hasPlugin(), (await settings()).includes("fleet-hook")]).toEqual([false, true]);
  });

  test("fleet uninstall takes it out with all the rest", async () => {
    await hooks("install", "--plugin", "--apply");
    expect((await fleet(["uninstall", "--yes"])).code).toBe(0);
    expect([await settings(), await hasPlugin()]).toEqual([before, false]);
  });
});
