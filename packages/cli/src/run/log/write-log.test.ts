import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError, sealerOf, unseal } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { maxLogBytes, writeLog } from "./write-log.ts";

const key = randomBytes(32);

async function opened(bytes: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const source = (async function* () {
    yield bytes;
  })();
  for await (const chunk of unseal(source, async () => key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("the file of a log", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "fleet-log-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  test("gets its name when all of it is there, and holds what was written before its key was known", async () => {
    const log = writeLog({ dir, run: "r1", sealer: async () => sealerOf(key) });
    void log.write(Buffer.from("one "));
    void log.write(Buffer.from("two"));
    expect(await log.end()).toEqual({ skippedBytes: 0 });
    expect(await readdir(dir)).toEqual(["r1.log"]);
    expect((await opened(await readFile(join(dir, "r1.log")))).toString()).toBe("one two");
  });

  test("is no longer than its limit, the rest is counted; a writer that is too fast waits", async () => {
    const log = writeLog({ dir, run: "r1", sealer: async () => sealerOf(undefined) });
    const chunk = Buffer.alloc(1024 * 1024 + 1);
    let waits = 0;
    for (let written = 0; written < maxLogBytes + chunk.length; written += chunk.length) {
      const wait = log.write(chunk);
      if (wait !== undefined) waits += 1;
      await wait;
    }
    const { skippedBytes } = await log.end();
    expect(waits).toBeGreaterThan(60);
    expect((await readFile(join(dir, "r1.log"))).length).toBe(maxLogBytes + 8);
    expect(skippedBytes).toBeGreaterThan(0);
  });

  test("that cannot be written is told at its end", async () => {
    const sealer = async () => Promise.reject(new FleetError("config", "reading run.key: no"));
    const log = writeLog({ dir, run: "r1", sealer });
    await log.write(Buffer.alloc(2 * 1024 * 1024));
    expect(await log.end()).toEqual({ skippedBytes: 0, problem: "reading run.key: no" });
    const other = writeLog({ dir: "/dev/null/x", run: "r1", sealer: async () => sealerOf(undefined) });
    expect((await other.end()).problem).toMatch(/ENOTDIR/);
  });
});
