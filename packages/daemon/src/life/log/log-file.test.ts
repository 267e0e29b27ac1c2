import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLogFile } from "./log-file.ts";

const limits = { maxBytes: 1000, kept: 2 };
let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-log-file-"));
  path = join(dir, "daemon.log");
});
afterEach(() => rm(dir, { recursive: true }));

const lineOf = (number: number) => `line ${String(number).padStart(4, "0")}\n`;

/** As a daemon that runs: each line reaches the disk before the next is written. */
async function write(first: number, last: number): Promise<void> {
  for (let number = first; number < last; number += 1) {
    const log = await openLogFile(path, limits);
    log.write(lineOf(number));
    await log.close();
  }
}

async function written(): Promise<string> {
  const names = (await readdir(dir)).toSorted().toReversed();
  return (await Promise.all(names.map((name) => readFile(join(dir, name), "utf8")))).join("");
}

describe("the log's file", () => {
  it("is bounded, and so many older ones are kept, private, without a gap", async () => {
    await write(0, 400);
    expect((await readdir(dir)).toSorted()).toEqual(["daemon.log", "daemon.log.1", "daemon.log.2"]);
    for (const name of await readdir(dir)) {
      const { size, mode } = await stat(join(dir, name));
      expect([size <= limits.maxBytes, mode & 0o777]).toEqual([true, 0o600]);
    }
    const lines = (await written()).trim().split("\n");
    expect(lines.length).toBeGreaterThan(200);
    expect(lines).toEqual(
      Array.from({ length: lines.length }, (_, at) => lineOf(400 - lines.length + at).trim()),
    );
  });

  it("moves on in one run too, and loses no line of what fits", async () => {
    const log = await openLogFile(path, limits);
    for (let number = 0; number < 200; number += 1) log.write(lineOf(number));
    await log.close();
    expect((await written()).split("\n")).toHaveLength(201);
    expect(await readdir(dir)).toHaveLength(3);
  });

  it("goes on after a kill in the middle of the moving", async () => {
    await write(0, 250);
    await rename(path, `${path}.1`); // killed before the new one was made
    await write(250, 251);
    expect(await readFile(path, "utf8")).toBe(lineOf(250));
    await rm(`${path}.1`); // killed between two renames
    await write(251, 400);
    expect((await written()).split("\n").at(-2)).toBe(lineOf(399).trim());
  });

  it("ends a line that a kill tore, so that the next one can be read", async () => {
    await writeFile(path, "whole\nto");
    await write(1, 2);
    expect(await readFile(path, "utf8")).toBe(`whole\nto\n${lineOf(1)}`);
  });

  it("is written on where it cannot be moved", async () => {
    await write(0, 99);
    await rm(`${path}.1`, { force: true });
    await mkdir(join(`${path}.1`, "in the way"), { recursive: true });
    await write(99, 120);
    expect(await readFile(path, "utf8")).toContain(lineOf(119));
  });
});
