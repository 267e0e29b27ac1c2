import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeLeftBehind } from "./left-behind.ts";

test("sockets of processes that are gone are removed, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleet-left-"));
  const { pid } = spawnSync("true");
  const kept = [`pty-${process.pid}`, "fleet.sock", "pty-", "pty-x"];
  for (const name of [...kept, `pty-${pid}`]) await writeFile(join(folder, name), "");
  await removeLeftBehind(folder);
  expect((await readdir(folder)).toSorted()).toEqual(kept.toSorted());
  await rm(folder, { recursive: true });
  await expect(removeLeftBehind(folder)).resolves.toBeUndefined();
});
