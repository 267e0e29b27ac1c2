import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadConfig, systemClock, type Clock, type FleetConfig } from "@fleetbus/core";
import { followConfig } from "./follow-config.ts";

let folder = "";
let over = new AbortController();
let following: Promise<void> = Promise.resolve();
const told: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-follow-"));
  over = new AbortController();
  told.length = 0;
});
afterEach(async () => {
  over.abort();
  await following;
  await rm(folder, { recursive: true });
});

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

function follow(
  file: string,
  sleep: Clock["sleep"] = (ms, signal) => systemClock.sleep(ms / 100, signal),
): void {
  following = followConfig(
    {
      file,
      clock: { ...systemClock, sleep },
      load: async () => loadConfig(await textOf(file), { path: file }).config,
      apply: (config: FleetConfig) => Promise.resolve(void told.push(`apply ${config.machine ?? "none"}`)),
      onRefused: (error) => void told.push(`refused ${error.code}`),
      onError: (_, doing) => void told.push(doing),
    },
    over.signal,
  );
}

it("a config file that comes, changes, has problems, is replaced whole and goes: each is told once", async () => {
  const file = join(folder, "fleet.toml");
  const next = join(folder, "next.toml");
  follow(file);
  const untilTold = async (count: number) => {
    await expect.poll(() => told.length).toBe(count);
  };
  await writeFile(next, 'machine = "a"');
  await rename(next, file);
  await untilTold(1);
  await writeFile(next, 'machin = "b"');
  await rename(next, file);
  await untilTold(2);
  await writeFile(next, 'machine = "c"');
  await rename(next, file);
  await untilTold(3);
  await rm(file);
  await untilTold(4);
  expect(told).toEqual(["apply a", "refused config", "apply c", "apply none"]);
});

it("a file that is just being written tells nothing before it is whole, and one that is as it was nothing at all", async () => {
  const file = join(folder, "fleet.toml");
  const texts = ['machine = "a"', 'machine = "a"', "", 'machine = "b"', 'machine = "b"', 'machine = "b"'];
  await writeFile(file, texts[0] ?? "");
  const sleep = async (_: number, signal?: AbortSignal) => {
    const next = texts.shift();
    if (next === undefined) return systemClock.sleep(1_000_000, signal);
    await writeFile(file, next);
  };
  follow(file, sleep);
  await expect.poll(() => texts.length).toBe(0);
  await expect.poll(() => told).toEqual(["apply b"]);
});
