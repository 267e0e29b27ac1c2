import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tailFile, type TailBatch } from "./tail.ts";

interface Tail {
  /** The lines of the next batches, until `count` lines came. */
  lines(count: number): Promise<readonly string[]>;
  next(): Promise<TailBatch>;
}

let folder: string;
let over: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-tail-"));
  over = new AbortController();
});

afterEach(async () => {
  over.abort();
  await rm(folder, { recursive: true, force: true });
});

function tail(path: string, options: { readonly from?: number; readonly pollMs?: number } = {}): Tail {
  const batches = tailFile({ path, signal: over.signal, ...options });
  const next = async () => {
    const { value } = await batches.next();
    if (value === undefined) throw new Error("the tail ended");
    return value;
  };
  return {
    next,
    async lines(count) {
      const lines: string[] = [];
      while (lines.length < count) lines.push(...(await next()).lines);
      return lines;
    },
  };
}

describe("tailing a file of lines", () => {
  test("gives what is there, then what comes, with the offset to go on from", async () => {
    const path = join(folder, "t.jsonl");
    await writeFile(path, "one\ntwo\n");
    const reading = tail(path);
    expect(await reading.next()).toMatchObject({ lines: ["one", "two"], offset: 8, isReset: false });
    await appendFile(path, "three\n");
    expect(await reading.next()).toMatchObject({ lines: ["three"], offset: 14 });
    expect(await tail(path, { from: 8 }).lines(1)).toEqual(["three"]);
  });

  test("waits for the end of a torn line, also within a character", async () => {
    const path = join(folder, "t.jsonl");
    const bytes = Buffer.from("gr\u{1f9ed}n\n");
    await writeFile(path, "one\n");
    await appendFile(path, bytes.subarray(0, 4));
    const reading = tail(path);
    expect(await reading.next()).toMatchObject({ lines: ["one"], offset: 4 });
    await appendFile(path, bytes.subarray(4));
    expect(await reading.lines(1)).toEqual(["gr\u{1f9ed}n"]);
  });

  test("waits for a file and a folder that do not exist yet", async () => {
    const path = join(folder, "later", "t.jsonl");
    const reading = tail(path, { pollMs: 20 });
    const lines = reading.lines(1);
    await mkdir(join(folder, "later"));
    await writeFile(path, "one\n");
    expect(await lines).toEqual(["one"]);
  });

  test("hears of changes without polling", async () => {
    const path = join(folder, "t.jsonl");
    await writeFile(path, "one\n");
    const reading = tail(path, { pollMs: 60_000 });
    await reading.lines(1);
    const lines = reading.lines(1);
    await appendFile(path, "two\n");
    expect(await lines).toEqual(["two"]);
  });

  test.each([
    [
      "is replaced by a longer one",
      async (path: string) => {
        await writeFile(`${path}.new`, "new one\nnew two\n");
        await rename(`${path}.new`, path);
      },
    ],
    [
      "is cut and written again",
      async (path: string) => {
        await truncate(path, 0);
        await appendFile(path, "new\n");
      },
    ],
  ])("begins again, and says so, when the file %s", async (_, change) => {
    const path = join(folder, "t.jsonl");
    await writeFile(path, "one\ntwo\n");
    const reading = tail(path);
    await reading.lines(2);
    await change(path);
    let batch = await reading.next();
    // The cut and the writing may be seen as two changes.
    const isReset = batch.isReset;
    while (batch.lines.length === 0) batch = await reading.next();
    expect(isReset).toBe(true);
    expect(batch.lines[0]).toMatch(/^new/);
  });

  test("ends with its signal", async () => {
    const batches = tailFile({ path: join(folder, "none"), signal: over.signal, pollMs: 60_000 });
    const next = batches.next();
    over.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("gives a long file in parts, each line whole, however long one is", async () => {
    const path = join(folder, "t.jsonl");
    const long = "y".repeat(3 * 1024 * 1024);
    const lines = [
      ...Array.from({ length: 2000 }, (_, number) => `${number} ${"x".repeat(1000)}`),
      long,
      "end",
    ];
    await writeFile(path, `${lines.join("\n")}\ntorn`);
    const reading = tail(path);
    const first = await reading.next();
    expect(first.lines.length).toBeLessThan(1500);
    expect([...first.lines, ...(await reading.lines(lines.length - first.lines.length))]).toEqual(lines);
  });

  test("throws what is wrong beyond a missing file", async () => {
    await expect(tail(join(folder)).next()).rejects.toMatchObject({ code: "malformed" });
  });
});
