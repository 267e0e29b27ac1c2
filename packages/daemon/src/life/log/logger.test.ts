import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLogger } from "./logger.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-log-"));
});
afterEach(() => rm(dir, { recursive: true }));

describe("the daemon's log", () => {
  it("is JSON lines, private, all of them there when it is closed", async () => {
    const file = join(dir, "log", "daemon.log");
    const logger = await openLogger(file);
    for (let number = 0; number < 500; number += 1) logger.named("test").info({ number }, "a line");
    await logger.close();
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    const numbers = lines.map((line) => (JSON.parse(line) as { number: number }).number);
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, number) => number));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("leaves out what is below its level", async () => {
    const file = join(dir, "daemon.log");
    const logger = await openLogger(file, "warn");
    logger.named("test").info({}, "quiet");
    logger.named("test").warn({}, "loud");
    await logger.close();
    expect(await readFile(file, "utf8")).toMatch(/^[^\n]*loud[^\n]*\n$/);
  });

  it("takes another level while it is open, for the names too that were there before", async () => {
    const file = join(dir, "daemon.log");
    const logger = await openLogger(file, "warn");
    const before = logger.named("test");
    before.debug({}, "quiet");
    logger.setLevel("debug");
    before.debug({}, "loud");
    logger.named("other").debug({}, "loud");
    await logger.close();
    expect((await readFile(file, "utf8")).match(/loud|quiet/g)).toEqual(["loud", "loud"]);
  });

  it.skipIf(process.platform !== "linux")("on a full disk takes nobody down, and closes", async () => {
    const logger = await openLogger("/dev/full");
    for (let number = 0; number < 1000; number += 1) logger.named("test").info({ number }, "a line");
    await new Promise((resolve) => setTimeout(resolve, 50));
    logger.named("test").info({}, "one more");
    await expect(logger.close()).resolves.toBeUndefined();
  });

  it("that cannot be opened is storage's fault, said with its place", async () => {
    await expect(openLogger(dir)).rejects.toMatchObject({
      code: "storage",
      message: expect.stringContaining(dir),
    });
  });
});
