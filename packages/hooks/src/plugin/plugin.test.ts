import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { claudeHooks } from "../claude/hook-set.ts";
import { homeWith, treeOf } from "../install/settings-tree.test.support.ts";
import { applyPluginPlan } from "./plugin-apply.ts";
import { pluginFiles } from "./plugin-files.ts";
import { planPluginInstall, planPluginUninstall, type PluginPlace } from "./plugin-plan.ts";
import { pluginStatus } from "./plugin-status.ts";

const client = "/home/dev/.local/share/fleet/hooks/fleet-hook";
const hooks = claudeHooks({ client, via: "plugin" });
const filesOf = (version = "0.1.0") =>
  pluginFiles({ hooks, version, fleet: [process.execPath, "/opt/it's/fleet.mjs"] });
const files = filesOf();

async function pluginHome(inside: Readonly<Record<string, string>> = {}) {
  const { home, placeAt } = await homeWith(inside);
  const { file: folder, dataDir } = placeAt(".claude/skills/fleet");
  return { home, settings: join(home, ".claude/settings.json"), place: { folder, dataDir } };
}

const deps = ({ dataDir }: PluginPlace) => ({ clock: systemClock, dataDir });
const install = async (place: PluginPlace, wanted = files) =>
  applyPluginPlan(await planPluginInstall(place, wanted), deps(place));
const uninstall = async (place: PluginPlace) =>
  applyPluginPlan(await planPluginUninstall(place, files), deps(place));

describe("the plugin", () => {
  test("has the installer's hooks, each told as the plugin's but for the waiters", () => {
    const text = files.find(({ path }) => path === "hooks/hooks.json")?.text ?? "";
    const inSettings = claudeHooks({ client }).wanted;
    const expected = inSettings.map(({ event, handlers }) => {
      const told = handlers.map((handler) =>
        handler["asyncRewake"] === true ? handler : { ...handler, args: ["claude", event, "plugin"] },
      );
      return [event, [{ hooks: told }]];
    });
    expect(JSON.parse(text)).toEqual({ hooks: Object.fromEntries(expected) });
  });

  test("lets nothing run unasked but what a human's own command names", () => {
    const granting = files.filter(({ text }) => text.includes("allowed-tools:"));
    expect(granting.map(({ path }) => path)).toEqual([
      "commands/inbox.md",
      "commands/status.md",
      "commands/pub.md",
    ]);
    expect(granting.every(({ text }) => text.includes("\ndisable-model-invocation: true\n"))).toBe(true);
  });

  test("its bin/fleet runs fleet with the arguments as they are, and says what to do where that is gone", async () => {
    const { home, place } = await pluginHome();
    const entry = join(home, "it's fleet.mjs");
    await writeFile(entry, "console.log(JSON.stringify(process.argv.slice(2)))");
    await install(place, pluginFiles({ hooks, version: "0.1.0", fleet: [process.execPath, entry] }));
    const run = () => spawnSync(join(place.folder, "bin/fleet"), ["pub", "a b", "$x"], { encoding: "utf8" });
    expect(run()).toMatchObject({ status: 0, stdout: '["pub","a b","$x"]\n' });
    await rm(entry);
    expect(run()).toMatchObject({ status: 127, stderr: expect.stringContaining("npm install -g") });
  });
});

describe("writing the plugin and taking it out", () => {
  test.each([
    ["nothing", {}],
    ["a skill of the user's", { ".claude/skills/mine/SKILL.md": "x" }],
    ["settings", { ".claude/settings.json": "{}" }],
  ])("leaves %s as it was, to the byte", async (_, inside) => {
    const { home, place } = await pluginHome(inside);
    const before = await treeOf(home);
    const { diff } = await planPluginInstall(place, files);
    for (const { path } of files) expect(diff).toContain(`+++ ${join(place.folder, path)}`);
    expect(await treeOf(home)).toEqual(before);
    expect(await install(place)).toEqual({ hasChanged: true, backups: [] });
    expect((await stat(join(place.folder, "bin/fleet"))).mode & 0o777).toBe(0o755);
    const written = await treeOf(home);
    expect((await planPluginInstall(place, files)).diff).toBe("");
    expect(await install(place)).toEqual({ hasChanged: false, backups: [] });
    expect(await treeOf(home)).toEqual(written);
    await uninstall(place);
    expect(await treeOf(home)).toEqual(before);
    expect((await planPluginUninstall(place, files)).diff).toBe("");
  });

  test("takes away what an older fleet wrote and this one does not", async () => {
    const { home, place } = await pluginHome();
    await install(place, [{ path: "commands/old.md", text: "old", mode: 0o644 }, ...filesOf("0.0.9")]);
    await install(place);
    await expect(stat(join(place.folder, "commands/old.md"))).rejects.toMatchObject({ code: "ENOENT" });
    await uninstall(place);
    expect(await treeOf(home)).toEqual([]);
  });

  test("keeps a copy of what somebody changed in it, and leaves what somebody added", async () => {
    const { place } = await pluginHome();
    await install(place);
    const skill = join(place.folder, "skills/bus/SKILL.md");
    await writeFile(skill, "mine");
    await writeFile(join(place.folder, "notes.txt"), "mine too");
    const { backups } = await uninstall(place);
    expect(await Promise.all(backups.map((file) => readFile(file, "utf8")))).toEqual(["mine"]);
    expect(await readdir(place.folder, { recursive: true })).toEqual(["notes.txt"]);
  });

  test("does so without its note as well, for its hooks say whose it is", async () => {
    const { home, place } = await pluginHome();
    await install(place);
    await rm(join(place.dataDir, "installed"), { recursive: true });
    await uninstall(place);
    expect((await treeOf(home)).some((each) => each.includes("fleet/"))).toBe(false);
  });

  test("refuses a folder that holds something else, and takes nothing out of it", async () => {
    const { home, place } = await pluginHome({ ".claude/skills/fleet/SKILL.md": "ships and harbours" });
    const before = await treeOf(home);
    await expect(install(place)).rejects.toMatchObject({ code: "conflict" });
    await uninstall(place);
    expect(await treeOf(home)).toEqual(before);
  });

  test("a folder that cannot be written to is told with its file, and the next try goes on", async () => {
    const { home, place } = await pluginHome();
    await mkdir(join(home, ".claude"));
    await writeFile(join(home, ".claude/skills"), "a file");
    await expect(install(place)).rejects.toMatchObject({
      code: "storage",
      message: expect.stringContaining(join(place.folder, "hooks")),
    });
    await rm(join(home, ".claude/skills"));
    expect((await install(place)).hasChanged).toBe(true);
  });
});

describe("the plugin's state", () => {
  test("is missing, installed, outdated by its hooks alone, and disabled where the user's settings say so", async () => {
    const { place, settings } = await pluginHome();
    const state = (wanted = files) => pluginStatus({ folder: place.folder, files: wanted }, [settings]);
    expect(await state()).toMatchObject({ state: "missing", disabledBy: [] });
    await install(place);
    expect(await state()).toMatchObject({ state: "installed", disabledBy: [] });
    expect(await state(filesOf("9.9.9"))).toMatchObject({ state: "installed" });
    const other = pluginFiles({
      hooks: claudeHooks({ client: "/new/fleet-hook", via: "plugin" }),
      version: "1",
      fleet: [],
    });
    expect(await state(other)).toMatchObject({ state: "outdated" });
    await writeFile(settings, '{"enabledPlugins":{"fleet@skills-dir":false}}');
    expect(await state()).toMatchObject({ state: "installed", disabledBy: [settings] });
  });
});
