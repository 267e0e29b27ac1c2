import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hookStatus } from "./hook-status.ts";
import { readRecord, writeRecord } from "./install-record.ts";
import { planInstall } from "./settings-plan.ts";
import { cliSets, homeWith, inWordsOf, treeOf } from "./settings-tree.test.support.ts";
import { install, uninstall } from "./settings.test.support.ts";

const text = '{\n  "model": "a"\n}\n';
const isRoot = process.getuid?.() === 0;

/** Settings that fleet could only guess at: name, text, line and column of what is wrong. */
const wrong: readonly (readonly [string, string, number, number])[] = [
  ["an open bracket", '{\n  "model": "a"\n', 3, 1],
  ["a missing comma", '{\n  "a": 1\n  "b": 2\n}', 3, 3],
  ["two objects", '{"a": 1}\n{"b": 2}\n', 2, 1],
  ["single quotes", "{\n  'a': 1\n}\n", 2, 3],
  ["an open comment", '{\n  "a": 1 /* never closed\n}\n', 2, 10],
  ["no JSON at all", "hello", 1, 1],
  ["a list", "[]", 1, 1],
  ["null", "null\n", 1, 1],
  ["a marker of a merge", '{\n<<<<<<< HEAD\n  "a": 1\n}\n', 2, 1],
  ["hooks that are null", '{\n  "hooks": null\n}', 2, 3],
  ["hooks that are a list", '{\n  "hooks": []\n}', 2, 3],
  ["hooks that are a text", '{ "hooks": "Stop" }', 1, 3],
  ["an event that is null", '{\n  "hooks": {\n    "Stop": null\n  }\n}', 3, 5],
  ["an event that is an object", '{\n  "hooks": {\n    "Stop": {}\n  }\n}', 3, 5],
  ["an event twice", '{\n  "hooks": {\n    "Stop": [],\n    "Stop": []\n  }\n}', 4, 5],
  ["hooks twice", '{\n  "hooks": {},\r\n\t"hooks": {}\n}', 3, 2],
];

/** What stands in the way of reading or writing, also of root. */
const obstacles: readonly (readonly [string, (home: string) => Promise<unknown>])[] = [
  ["a folder in the file's place", (home) => mkdir(join(home, "cli/settings.json"), { recursive: true })],
  [
    "a pipe that nobody writes to",
    async (home) => {
      await mkdir(join(home, "cli"), { recursive: true });
      execFileSync("mkfifo", [join(home, "cli/settings.json")]);
    },
  ],
  ["a file in the folder's place", (home) => writeFile(join(home, "cli"), "mine\n")],
  ["a link to itself", (home) => linked(join(home, "cli/settings.json"), "settings.json")],
  [
    "two links that point at each other",
    async (home) => {
      await linked(join(home, "cli/settings.json"), "other.json");
      await linked(join(home, "cli/other.json"), "settings.json");
    },
  ],
  [
    "two links in a circle over a folder that is not there",
    async (home) => {
      await linked(join(home, "cli/settings.json"), "none/../other.json");
      await linked(join(home, "cli/other.json"), "none/../settings.json");
    },
  ],
  ["a folder that is a link to itself", (home) => linked(join(home, "cli"), "cli")],
  [
    "a file that its owner made read-only",
    async (home) => {
      await mkdir(join(home, "cli"));
      await writeFile(join(home, "cli/settings.json"), text, { mode: 0o444 });
    },
  ],
  [
    "bytes that are no UTF-8",
    async (home) => {
      await mkdir(join(home, "cli"));
      await writeFile(join(home, "cli/settings.json"), Buffer.from('{"a": "\xe9"}', "latin1"));
    },
  ],
];

async function linked(file: string, to: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await symlink(to, file);
}

describe.each(cliSets)("the hooks of $cli", ({ set }) => {
  test.each(wrong)("refuse %s, say where, and leave it as it is", async (...[, before, line, column]) => {
    const { home, placeAt } = await homeWith({ "cli/settings.json": inWordsOf(set, before) });
    const place = placeAt("cli/settings.json");
    const tree = await treeOf(home);
    await expect(install(place, set)).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining(`${place.file}:${line}:${column}: `),
      details: { line, column },
    });
    expect(await treeOf(home)).toEqual(tree);
  });

  test.each(obstacles)("name %s, and leave it as it is", async (_, make) => {
    const { home, placeAt } = await homeWith();
    await make(home);
    const place = placeAt("cli/settings.json");
    const tree = await treeOf(home);
    await expect(install(place, set)).rejects.toMatchObject({
      code: expect.stringMatching(/^(storage|config)$/),
      message: expect.stringContaining(join(home, "cli")),
    });
    expect(await treeOf(home)).toEqual(tree);
  });
});

test.each(["reading its state", "uninstalling"])("%s ends at a circle of links", async (what) => {
  const { home, placeAt } = await homeWith();
  await linked(join(home, "a.json"), "none/../b.json");
  await linked(join(home, "b.json"), "none/../a.json");
  const [{ set } = expect.fail()] = cliSets;
  const place = placeAt("a.json");
  const asked = what === "uninstalling" ? uninstall(place, set) : hookStatus(place.file, set);
  await expect(asked).rejects.toMatchObject({ code: "storage", message: expect.stringMatching(/circle/) });
});

test.each([true, false])("what could not be written is not noted (noted before: %s)", async (wasNoted) => {
  // No room for the name of the temporary file beside it.
  const { home, placeAt } = await homeWith({});
  const place = placeAt("s".repeat(250));
  const [{ set, older } = expect.fail()] = cliSets;
  const { target, record } = await planInstall(place, older);
  if (wasNoted) await writeRecord(record.file, target, record.installed);
  const noted = await readRecord(record.file, target);
  expect(noted !== undefined).toBe(wasNoted);
  await expect(install(place, set)).rejects.toMatchObject({ code: "storage" });
  expect(await treeOf(home)).toEqual([]);
  expect(await readRecord(record.file, target)).toEqual(noted);
});

test.skipIf(isRoot)("a folder that may not be written is named (root may write anywhere)", async () => {
  const { home, placeAt } = await homeWith({ "cli/settings.json": text });
  const place = placeAt("cli/settings.json");
  await chmod(join(home, "cli"), 0o555);
  const tree = await treeOf(home);
  await expect(install(place)).rejects.toMatchObject({ code: "storage" });
  expect(await treeOf(home)).toEqual(tree);
  expect(await readFile(place.file, "utf8")).toBe(text);
  await chmod(join(home, "cli"), 0o755);
});
