import { chmod, chown, mkdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hookStatus } from "./hook-status.ts";
import { planInstall } from "./settings-plan.ts";
import { cliSets, homeWith, inWordsOf, treeOf } from "./settings-tree.test.support.ts";
import { install, settingsFiles, uninstall } from "./settings.test.support.ts";
import { writtenSettings } from "./written-settings.test.support.ts";
import type { HookSet } from "./hook-set.ts";
import type { SettingsPlace } from "./settings-plan.ts";

const text = '{\n\t"model": "a", // mine\n}\n';
const isRoot = process.getuid?.() === 0;

/** Dry run, install, install again, uninstall: whatever stands in the home before stands there afterwards. */
async function expectRoundTrip(home: string, place: SettingsPlace, set: HookSet): Promise<void> {
  const before = await treeOf(home);
  const { diff, after, target } = await planInstall(place, set);
  expect(diff).toContain(`+++ ${target}`);
  expect(await treeOf(home)).toEqual(before);
  expect((await install(place, set)).hasChanged).toBe(true);
  expect(await readFile(place.file, "utf8")).toBe(after);
  expect((await hookStatus(place.file, set)).state).toBe("installed");
  const installed = await treeOf(home);
  expect((await planInstall(place, set)).diff).toBe("");
  expect(await install(place, set)).toEqual({ hasChanged: false });
  expect(await treeOf(home)).toEqual(installed);
  await uninstall(place, set);
  expect(await treeOf(home)).toEqual(before);
}

/** What may stand around the file: makes it below the home, with the settings where there are any. */
const places: readonly (readonly [string, (home: string) => Promise<unknown>])[] = [
  ["no folder", () => Promise.resolve()],
  ["an empty folder", (home) => mkdir(join(home, "cli"), { mode: 0o750 })],
  ["a file that only its owner reads", (home) => written(join(home, "cli/settings.json"), 0o600)],
  ["a file that its group writes", (home) => written(join(home, "cli/settings.json"), 0o664)],
  [
    "a link to a file among the dotfiles",
    async (home) => {
      await written(join(home, "dotfiles/cli.json"), 0o640);
      await linked(join(home, "cli/settings.json"), "../dotfiles/cli.json");
    },
  ],
  [
    "a link to a link",
    async (home) => {
      await written(join(home, "dotfiles/cli.json"), 0o644);
      await linked(join(home, "dotfiles/current.json"), join(home, "dotfiles/cli.json"));
      await linked(join(home, "cli/settings.json"), "../dotfiles/current.json");
    },
  ],
  [
    "a link to a file that is not there",
    (home) => linked(join(home, "cli/settings.json"), "../dots/cli.json"),
  ],
  [
    "a folder that is a link",
    async (home) => {
      await written(join(home, "dotfiles/cli/settings.json"), 0o644);
      await linked(join(home, "cli"), "dotfiles/cli");
    },
  ],
  [
    "a folder that is a link, without the file",
    async (home) => {
      await mkdir(join(home, "dotfiles/cli"), { recursive: true });
      await linked(join(home, "cli"), "dotfiles/cli");
    },
  ],
  ["a folder that is a link to nowhere", (home) => linked(join(home, "cli"), "dotfiles/cli")],
  [
    "another tool's file beside it",
    async (home) => {
      await written(join(home, "cli/settings.json"), 0o644);
      await written(join(home, "cli/settings.local.json"), 0o600);
    },
  ],
];

async function written(file: string, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

async function linked(file: string, to: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await symlink(to, file);
}

describe.each(cliSets)("installing and uninstalling the hooks of $cli", ({ set, older }) => {
  test.each([...settingsFiles, ...writtenSettings])(
    "leaves settings with %s as they were, to the byte [case 27]",
    async (_, before) => {
      const { home, placeAt } = await homeWith(
        before === undefined ? {} : { "cli/settings.json": inWordsOf(set, before) },
      );
      await expectRoundTrip(home, placeAt("cli/settings.json"), set);
    },
  );

  test.each(places)("leaves %s as it was: bytes, modes, links", async (_, make) => {
    const { home, placeAt } = await homeWith();
    await make(home);
    await expectRoundTrip(home, placeAt("cli/settings.json"), set);
  });

  test.runIf(isRoot)("leaves the file to its owner and group (only root can give a file away)", async () => {
    const { home, placeAt } = await homeWith({ "cli/settings.json": text });
    const place = placeAt("cli/settings.json");
    await chown(place.file, 12_345, 23_456);
    await expectRoundTrip(home, place, set);
  });

  test("takes an older fleet's hooks of another place out, whether its note is there or not", async () => {
    const { home, placeAt } = await homeWith({ "cli/settings.json": text });
    const place = placeAt("cli/settings.json");
    const before = await treeOf(home);
    await install({ ...place, dataDir: join(place.dataDir, "of-the-older") }, older);
    await install(place, set);
    const now = await readFile(place.file, "utf8");
    expect(now).not.toContain("/opt/old");
    expect((await hookStatus(place.file, set)).state).toBe("installed");
    await uninstall(place, set);
    expect(await treeOf(home)).toEqual(before);
  });
});

test("a link stays the same link while the hooks are in: what it points at changes", async () => {
  const { home, placeAt } = await homeWith({ "dotfiles/cli.json": text });
  await linked(join(home, "cli/settings.json"), "../dotfiles/cli.json");
  await install(placeAt("cli/settings.json"));
  expect(await readlink(join(home, "cli/settings.json"))).toBe("../dotfiles/cli.json");
  expect(await readFile(join(home, "dotfiles/cli.json"), "utf8")).toContain("fleet-hook");
});
