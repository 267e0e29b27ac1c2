import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FleetError, systemClock, type Clock } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { checkClient } from "../claude/hook-set.ts";
import { applyPlan } from "./apply-plan.ts";
import { hookStatus } from "./hook-status.ts";
import { planInstall, planUninstall } from "./settings-plan.ts";
import { hooks, install, placeWith, uninstall } from "./settings.test.support.ts";

const text = '{\n  "model": "opus"\n}\n';
const deps = (dataDir: string) => ({ clock: systemClock, dataDir });
const noon: Clock = { ...systemClock, now: () => Date.parse("2026-11-21T12:00:00.123Z") };

describe("applyPlan", () => {
  test("keeps the file as it was in a backup whose name tells the time [case 27]", async () => {
    const place = await placeWith(text);
    await chmod(place.file, 0o640);
    const { backup } = await applyPlan(await planInstall(place, hooks), {
      clock: noon,
      dataDir: place.dataDir,
    });
    expect(backup).toBe(join(place.dataDir, "backups", "20261121T120000.123Z-settings.json"));
    expect(await readFile(backup ?? "", "utf8")).toBe(text);
    expect((await stat(dirname(backup ?? ""))).mode & 0o777).toBe(0o700);
  });

  test("makes no backup when nothing changes or nothing was there", async () => {
    const place = await placeWith(undefined);
    expect(await install(place)).toEqual({ hasChanged: true });
    expect(await install(place)).toEqual({ hasChanged: false });
    expect(await readdir(place.dataDir)).toEqual(["installed"]);
  });

  test("keeps mode, and leaves no temporary file", async () => {
    const place = await placeWith(text);
    await chmod(place.file, 0o640);
    await install(place);
    expect((await stat(place.file)).mode & 0o777).toBe(0o640);
    expect((await readdir(dirname(place.file))).sort()).toEqual(["data", "settings.json"]);
  });

  test("makes a new file private, its folder too, and removes both again", async () => {
    const place = await placeWith(undefined);
    const inFolder = { ...place, file: join(dirname(place.file), ".claude", "settings.json") };
    await install(inFolder);
    expect((await stat(inFolder.file)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(inFolder.file))).mode & 0o777).toBe(0o700);
    await uninstall(inFolder);
    await expect(stat(dirname(inFolder.file))).rejects.toThrow("ENOENT");
  });

  test("writes through a link, and through a link to a link", async () => {
    const place = await placeWith(text);
    const folder = dirname(place.file);
    await symlink("settings.json", join(folder, "link"));
    await symlink(join(folder, "link"), join(folder, "outer"));
    const linked = { ...place, file: join(folder, "outer") };
    await install(linked);
    expect(await readlink(linked.file)).toBe(join(folder, "link"));
    expect((await lstat(place.file)).isSymbolicLink()).toBe(false);
    expect(await place.text()).toContain("fleet-hook");
    await uninstall(linked);
    expect(await place.text()).toBe(text);
    expect((await lstat(linked.file)).isSymbolicLink()).toBe(true);
  });

  test("writes where a dangling link points, and takes the file away again", async () => {
    const place = await placeWith(undefined);
    const folder = dirname(place.file);
    await symlink(join("dotfiles", "claude.json"), place.file);
    await install(place);
    expect((await lstat(place.file)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, "dotfiles", "claude.json"), "utf8")).toContain("fleet-hook");
    await uninstall(place);
    expect((await lstat(place.file)).isSymbolicLink()).toBe(true);
    expect(await readdir(folder)).not.toContain("dotfiles");
  });

  test("leaves a read-only file alone", async () => {
    const place = await placeWith(text);
    await chmod(place.file, 0o444);
    await expect(install(place)).rejects.toMatchObject({
      code: "storage",
      message: expect.stringContaining("read-only"),
    });
    expect(await place.text()).toBe(text);
    expect(await readdir(dirname(place.file))).toEqual(["settings.json"]);
  });

  test("says which file cannot be written", async () => {
    const place = await placeWith(text);
    const impossible = { ...place, file: join(place.file, "settings.json") };
    const failure = install(impossible);
    await expect(failure).rejects.toThrow(FleetError);
    await expect(failure).rejects.toMatchObject({ code: "storage" });
    expect(await place.text()).toBe(text);
  });

  test("does not write over what changed since the diff was shown", async () => {
    const place = await placeWith(text);
    const plan = await planInstall(place, hooks);
    await place.write('{"model":"sonnet"}');
    await expect(applyPlan(plan, deps(place.dataDir))).rejects.toMatchObject({ code: "conflict" });
    expect(await place.text()).toBe('{"model":"sonnet"}');
  });

  test("[row 109] writes nothing when the client does not run [case 27]", async () => {
    const place = await placeWith(text);
    const plan = await planInstall(place, hooks);
    const client = join(dirname(place.file), "fleet-hook");
    const check = () => checkClient(client);
    const applied = () => applyPlan(plan, { ...deps(place.dataDir), check });
    await expect(applied()).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining(client),
    });
    await writeFile(client, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    await expect(applied()).rejects.toMatchObject({ code: "failed" });
    expect(await place.text()).toBe(text);
    await expect(readdir(place.dataDir)).rejects.toThrow("ENOENT");
  });

  test("a lost note of another file is not used", async () => {
    const place = await placeWith(text);
    await install(place);
    const [note = ""] = await readdir(join(place.dataDir, "installed"));
    await writeFile(
      join(place.dataDir, "installed", note),
      '{"version":1,"target":"/other","base":{"is":"missing"},"edits":[]}',
    );
    await uninstall(place);
    expect(await place.text()).toBe(text);
  });

  test("uninstalling what is not installed changes nothing", async () => {
    const place = await placeWith(undefined);
    expect(await uninstall(place)).toEqual({ hasChanged: false });
    expect((await planUninstall(place, hooks)).diff).toBe("");
  });
});

describe("hookStatus", () => {
  test("follows a file through its life", async () => {
    const place = await placeWith(undefined);
    const state = async () => (await hookStatus(place.file, hooks)).state;
    expect(await hookStatus(place.file, hooks)).toMatchObject({
      hasFile: false,
      state: "missing",
      disabledBy: [],
    });
    await install(place);
    expect(await state()).toBe("installed");
    await place.write(((await place.text()) ?? "").replace('"timeout": 10', '"timeout": 1'));
    expect(await state()).toBe("outdated");
    await install(place);
    expect(await state()).toBe("installed");
    await uninstall(place);
    expect(await state()).toBe("missing");
  });

  test("names each event's state, stale ones too", async () => {
    const place = await placeWith(undefined);
    await install(place, {
      ...hooks,
      wanted: [...hooks.wanted.slice(1), { event: "Setup", handlers: hooks.wanted[0]?.handlers ?? [] }],
    });
    const { state, events } = await hookStatus(place.file, hooks);
    expect(state).toBe("outdated");
    expect(events.filter((each) => each.state !== "installed")).toEqual([
      { event: "SessionStart", state: "missing" },
      { event: "Setup", state: "outdated" },
    ]);
  });

  test("says which setting switches hooks off, in this file or another", async () => {
    const place = await placeWith('{"disableAllHooks":true}');
    const managed = join(dirname(place.file), "managed.json");
    await writeFile(managed, '{"allowManagedHooksOnly":true,"disableAllHooks":false}');
    const { disabledBy } = await hookStatus(place.file, hooks, [managed, join(managed, "none")]);
    expect(disabledBy).toEqual([`${place.file}: disableAllHooks`, `${managed}: allowManagedHooksOnly`]);
  });

  test.each([
    ['{"a":1}', true],
    ["\uFEFF{}", true],
    ["", true],
    ['{"a":1,}', false],
    ['{"a":1} // note', false],
  ])("%j is JSON that the CLI takes: %s", async (settings, isStrictJson) => {
    const place = await placeWith(settings);
    expect(await hookStatus(place.file, hooks)).toMatchObject({ isStrictJson });
  });

  test("a folder in the file's place is an error, not a state", async () => {
    const place = await placeWith(undefined);
    await mkdir(place.file);
    await expect(hookStatus(place.file, hooks)).rejects.toMatchObject({ code: "storage" });
  });
});
