import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeLock, type Lock } from "./lock.ts";

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-lock-"));
  file = join(dir, "run", "lock");
});
afterEach(() => rm(dir, { recursive: true }));

async function deadPid(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid ?? 0;
}

/** Holders among attempts made at once. */
async function takeAtOnce(count: number): Promise<readonly Lock[]> {
  const attempts = Array.from({ length: count }, () => takeLock(file).catch(() => undefined));
  return (await Promise.all(attempts)).filter((lock) => lock !== undefined);
}

describe("the daemon's lock", () => {
  it("is held by one, and free again when that one lets it go", async () => {
    const lock = await takeLock(file);
    await expect(takeLock(file)).rejects.toMatchObject({ code: "conflict", details: { pid: process.pid } });
    await lock.release();
    await expect(takeLock(file)).resolves.toBeDefined();
  });

  it("goes to exactly one of many who start at once", async () => {
    for (let round = 0; round < 20; round += 1) {
      const holders = await takeAtOnce(8);
      expect(holders).toHaveLength(1);
      await holders[0]?.release();
    }
  });

  it("of a daemon that was killed goes to exactly one of many who start at once", async () => {
    for (let round = 0; round < 20; round += 1) {
      await takeLock(file).then((lock) => lock.release());
      await writeFile(file, `${await deadPid()} 1\n`);
      const holders = await takeAtOnce(8);
      expect(holders).toHaveLength(1);
      await holders[0]?.release();
    }
    expect(await readdir(join(dir, "run"))).toEqual([]);
  });

  it.each([
    ["whose pid another process has now", async () => `${process.pid} 1\n`],
    ["that is empty", async () => ""],
    ["that is no lock's", async () => "hello\n"],
  ])("%s is stale", async (_, content) => {
    await takeLock(file).then((lock) => lock.release());
    await writeFile(file, await content());
    await expect(takeLock(file)).resolves.toBeDefined();
    expect(await readFile(file, "utf8")).toMatch(new RegExp(`^${process.pid} \\d+\n$`));
  });

  it("of another is not let go", async () => {
    const lock = await takeLock(file);
    await writeFile(file, "1 1\n");
    await lock.release();
    expect(await readFile(file, "utf8")).toBe("1 1\n");
  });
});
