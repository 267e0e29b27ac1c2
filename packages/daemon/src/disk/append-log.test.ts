import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLog } from "./append-log.ts";

const mega = 1024 * 1024;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-log-"));
});
afterEach(() => rm(dir, { recursive: true }));

const text = (record: Uint8Array) => Buffer.from(record).toString("utf8");
const bytes = (words: string) => Buffer.from(words);

describe("a log", () => {
  it("gives back what was appended, in order, at the next opening", async () => {
    const { log } = await openLog(dir, mega);
    await Promise.all(["one", "two", "three"].map((word) => log.append(bytes(word))));
    await log.close();
    const again = await openLog(dir, mega);
    expect(again.records.map(text)).toEqual(["one", "two", "three"]);
    expect(again.torn).toBe(0);
    await again.log.close();
  });

  it("skips a torn end, counts it and keeps what stands before it", async () => {
    const { log } = await openLog(dir, mega);
    await log.append(bytes("whole"));
    await log.append(bytes("torn apart"));
    await log.close();
    const [name = ""] = await readdir(dir);
    const file = join(dir, name);
    await truncate(file, (await readFile(file)).length - 3);
    const again = await openLog(dir, mega);
    expect(again.records.map(text)).toEqual(["whole"]);
    expect(again.torn).toBe(1);
    await again.log.close();
  });

  it("never gives back a record whose bytes have changed", async () => {
    const { log } = await openLog(dir, mega);
    await log.append(bytes("as it was"));
    await log.close();
    const [name = ""] = await readdir(dir);
    const content = await readFile(join(dir, name));
    content[content.length - 1] = 0;
    await writeFile(join(dir, name), content);
    const again = await openLog(dir, mega);
    expect(again.records).toEqual([]);
    expect(again.torn).toBe(1);
    await again.log.close();
  });

  it("keeps only what a rewrite asks for, and what is appended meanwhile", async () => {
    const { log } = await openLog(dir, mega);
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(bytes(`old ${n}`))));
    const rewriting = log.rewrite(() => [bytes("kept")]);
    const appending = log.append(bytes("new"));
    await Promise.all([rewriting, appending]);
    await log.close();
    const again = await openLog(dir, mega);
    expect(again.records.map(text)).toEqual(["kept", "new"]);
    await again.log.close();
  });

  it("refuses what would go over its bound with `storage`, and goes on with what fits", async () => {
    const { log } = await openLog(dir, 100);
    await expect(log.append(Buffer.alloc(200))).rejects.toMatchObject({ code: "storage" });
    await log.append(bytes("fits"));
    await log.close();
  });

  it("says which folder it cannot use", async () => {
    const file = join(dir, "a-file");
    await writeFile(file, "");
    await expect(openLog(join(file, "below"), mega)).rejects.toMatchObject({ code: "storage" });
  });
});
