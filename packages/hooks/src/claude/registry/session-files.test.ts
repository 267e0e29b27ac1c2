import { mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sessionFiles, type SessionFiles } from "./session-files.ts";

const name = `${process.pid}.json`;

let folder: string;
let files: SessionFiles;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-session-files-"));
  files = sessionFiles(folder, () => undefined);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** As of an hour ago, so that nothing but its bytes tells that it was written again. */
async function write(status: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify({ pid: process.pid, sessionId: "a", cwd: "/srv", status }));
  const then = new Date(Date.now() - 3_600_000);
  then.setMilliseconds(0);
  then.setSeconds(0);
  await utimes(path, then, then);
}

const statusNow = () => files.now().live.get(process.pid)?.status;

test("a sweep reads what has changed and nothing else", async () => {
  await write("idle");
  await files.sweep();
  expect(statusNow()).toBe("idle");
  const { mtime } = await stat(join(folder, name));
  await write("busy");
  await utimes(join(folder, name), mtime, mtime);
  await files.sweep();
  expect(statusNow()).toBe("idle");
  await utimes(join(folder, name), mtime, new Date(mtime.getTime() + 1));
  await files.sweep();
  expect(statusNow()).toBe("busy");
});

test("a file that was written just now is read again, also when its time and size are the same", async () => {
  await write("idle");
  const now = new Date(Date.now() + 50);
  await utimes(join(folder, name), now, now);
  await files.sweep();
  await write("busy");
  await utimes(join(folder, name), now, now);
  await files.sweep();
  expect(statusNow()).toBe("busy");
});

test("what is told of is read at once, what is gone is forgotten", async () => {
  await write("idle");
  await files.look([name, "notes.txt"]);
  expect(statusNow()).toBe("idle");
  await rm(join(folder, name));
  await files.look([name]);
  expect(files.now()).toEqual({ live: new Map(), dead: new Set(), unread: new Set() });
});
