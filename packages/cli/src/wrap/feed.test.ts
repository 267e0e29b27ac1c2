import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { feed } from "./feed.ts";
import { loadPtyLibrary, type Pty } from "./library.ts";

let pty: Pty | undefined;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-feed-"));
});
afterEach(async () => {
  pty?.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

/** A command in a raw terminal of its own that has said `ready`, and what it does. */
async function started(script: string) {
  const { spawn } = await loadPtyLibrary();
  const command = `stty raw -echo; printf ready; ${script}`;
  const options = { cols: 80, rows: 24, cwd: "/", env: { PATH: process.env["PATH"] }, encoding: null };
  const its = spawn("/bin/sh", ["-c", command], options);
  pty = its;
  let printed = 0;
  const ended = new Promise<number>((resolve) => its.onExit(({ exitCode }) => resolve(exitCode)));
  await new Promise<void>((resolve) =>
    its.onData((data) => {
      printed += data.length;
      if (printed >= "ready".length) resolve();
    }),
  );
  return { pty: its, ended, printed: () => printed - "ready".length };
}

const paste = Buffer.alloc(5_000_000, "x");

test("a command that reads nothing ends when it ends, whatever waits for it; no more is read meanwhile", async () => {
  const { pty: its, ended } = await started("sleep 0.3; exit 9");
  const told: boolean[] = [];
  const { write, end } = feed(its, (isFull) => told.push(isFull));
  write(paste);
  write("and a key");
  expect(told).toEqual([true]);
  expect(await ended).toBe(9);
  end();
  expect(told).toEqual([true, false]);
});

test("a command that waits until its output is read takes a large paste whole", async () => {
  const { pty: its, printed } = await started("exec cat");
  const { write, end } = feed(its, () => undefined);
  write(paste);
  await expect.poll(printed, { timeout: 20_000 }).toBe(paste.length);
  end();
});

test("after its end nothing is written, for its descriptor may be another file's", async () => {
  const { pty: its, ended } = await started("exit 0");
  const { fd } = its;
  await ended;
  const path = join(folder, "file");
  const files = Array.from({ length: 64 }, () => openSync(path, "a"));
  expect(files).toContain(fd);
  feed(its, () => undefined).write("x");
  for (const file of files) closeSync(file);
  expect(await readFile(path, "utf8")).toBe("");
});

test("a library that tells of no descriptor writes by itself", () => {
  const written: (string | Buffer)[] = [];
  const nothing = () => undefined;
  const its = { pid: 1, onData: nothing, onExit: nothing, resize: nothing, kill: nothing };
  feed({ ...its, write: (data) => void written.push(data) }, nothing).write("key");
  expect(written).toEqual([Buffer.from("key")]);
});
