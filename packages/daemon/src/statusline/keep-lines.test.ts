import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@fleetbus/core/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keepLines } from "./keep-lines.ts";

let root = "";
let dir = "";
let stop: AbortController;
let running: Promise<void>;
let errors: string[];
let lines: Map<string, string>;
let pace: ReturnType<typeof fakeClock>;
let renders: number;
const render = (keys: ReadonlySet<string>) => {
  renders += 1;
  return Promise.resolve(new Map([...lines].filter(([key]) => keys.has(key))));
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "fleet-lines-"));
  dir = join(root, "line");
  stop = new AbortController();
  errors = [];
  lines = new Map([
    ["name-web", "[web]"],
    ["name-api", "[api]"],
  ]);
  pace = fakeClock();
  renders = 0;
});
afterEach(async () => {
  stop.abort();
  await running;
  await rm(root, { recursive: true });
  if (errors.length > 0) throw new Error(errors.join());
});

async function start(): Promise<void> {
  const onError = (error: unknown) => void errors.push(String(error));
  running = keepLines({ dir, pid: 42, pace, render, onError }, stop.signal);
  await vi.waitFor(() => expect(existsSync(join(dir, "daemon"))).toBe(true), waiting);
}

const waiting = { timeout: 10_000, interval: 10 };
const ask = (key: string) => writeFile(join(dir, "wanted", key), "");
const line = (key: string) => readFile(join(dir, key), "utf8").catch(() => undefined); // there is none
const becomes = (key: string, text: string | undefined) =>
  vi.waitFor(async () => expect(await line(key)).toBe(text), waiting);
/** It has rendered, and waits for the next beat or mark. */
const settled = () => vi.waitFor(() => expect(pace.sleepers()).toBe(1), waiting);

describe("the daemon's status lines", () => {
  test("are kept for those who are asked for, at once, and follow what changes", async () => {
    await start();
    await ask("name-web");
    await becomes("name-web", "[web]\n");
    expect(await line("name-api")).toBeUndefined();
    await settled();
    lines.set("name-web", "[web · changed]");
    await pace.advance(1000);
    await becomes("name-web", "[web · changed]\n");
    await settled();
    lines.delete("name-web");
    await pace.advance(1000);
    await becomes("name-web", undefined);
  });

  test("cost nothing while nobody asks: no line is rendered, nobody sleeps", async () => {
    await start();
    await pace.advance(600_000);
    expect(renders).toBe(0);
    expect(pace.sleepers()).toBe(0);
  });

  test("are not written again while they are as they were", async () => {
    await start();
    await ask("name-web");
    await becomes("name-web", "[web]\n");
    await settled();
    const { ino } = await stat(join(dir, "name-web"));
    const before = renders;
    await pace.advance(1000);
    await vi.waitFor(() => expect(renders).toBeGreaterThan(before), waiting);
    await settled();
    expect((await stat(join(dir, "name-web"))).ino).toBe(ino);
  });

  test("are forgotten when nobody asks any more, and come back when somebody does", async () => {
    await start();
    await ask("name-web");
    await becomes("name-web", "[web]\n");
    await settled();
    await pace.advance(60_000);
    await vi.waitFor(async () => expect(await readdir(join(dir, "wanted"))).toEqual([]), waiting);
    expect(await line("name-web")).toBe("[web]\n");
    await settled();
    await pace.advance(60_000);
    await becomes("name-web", undefined);
    await vi.waitFor(() => expect(pace.sleepers()).toBe(0), waiting);
    await ask("name-web");
    await becomes("name-web", "[web]\n");
  });

  test("a mark that is no key touches nothing", async () => {
    await start();
    await ask("daemon");
    await ask("name-web");
    await becomes("name-web", "[web]\n");
    expect(await line("daemon")).toBe("42\n");
  });

  test("begin anew, without what an earlier daemon left, and at the end say that it is gone", async () => {
    await mkdir(join(dir, "wanted"), { recursive: true });
    await writeFile(join(dir, "name-old"), "[old]\n");
    await start();
    await vi.waitFor(async () => expect(await readdir(dir)).toEqual(["daemon", "wanted"]), waiting);
    expect(await line("daemon")).toBe("42\n");
    stop.abort();
    await running;
    expect(await readdir(dir)).toEqual(["wanted"]);
  });
});
