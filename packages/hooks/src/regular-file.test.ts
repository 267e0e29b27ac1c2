import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRegularFile, regularFileStat } from "./regular-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-regular-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function fifo(): string {
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  return path;
}

async function linkTo(target: string): Promise<string> {
  const path = join(folder, "link");
  await symlink(target, path);
  return path;
}

test.each([
  ["a pipe that nobody writes to", () => fifo()],
  ["a link to such a pipe", () => linkTo(fifo())],
  ["a folder", () => folder],
  ["a device", () => "/dev/zero"],
])("%s is not opened, and hangs nobody", async (_, make) => {
  const path = await make();
  await expect(openRegularFile(path)).rejects.toMatchObject({
    code: "malformed",
    message: `opening ${path}: it is no regular file`,
  });
});

test("a file is opened, also by a link", async () => {
  await writeFile(join(folder, "file"), "content");
  const file = await openRegularFile(await linkTo(join(folder, "file")));
  expect(await file.readFile("utf8")).toBe("content");
  await file.close();
});

test("where there is none the system says so", async () => {
  await expect(openRegularFile(join(folder, "none"))).rejects.toMatchObject({ code: "ENOENT" });
});

test.each([
  ["nothing", () => join(folder, "none")],
  ["a folder", () => folder],
  ["a pipe", () => fifo()],
  ["a link to itself", () => linkTo(join(folder, "link"))],
  ["a path in a file", async () => join(await written(), "below")],
  ["a name that is too long", () => join(folder, "a".repeat(300))],
  ["a path that no system knows", () => "/a\0b"],
])("nothing is told of %s, and nobody is thrown at", async (_, make) => {
  expect(regularFileStat(await make())).toBeUndefined();
});

test("of a file its size is told", async () => {
  expect(regularFileStat(await written())).toMatchObject({ size: 7 });
});

async function written(): Promise<string> {
  const path = join(folder, "file");
  await writeFile(path, "content");
  return path;
}
