import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FleetError, loadConfig, systemClock, type Clock, type FleetConfig } from "@fleetbus/core";
import { followConfig } from "./follow-config.ts";

let folder = "";
let over = new AbortController();
let isWhole = true;
let wants: string | undefined;
let following: Promise<void> = Promise.resolve();
const told: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-follow-"));
  over = new AbortController();
  told.length = 0;
  isWhole = true;
  wants = undefined;
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
      load: async () => {
        const mode = await stat(file).then(
          (found) => found.mode & 0o777,
          () => 0o600, // there is none
        );
        if (mode === 0o666) throw new FleetError("config", "others can read it");
        return loadConfig(await textOf(file), { path: file }).config;
      },
      isWhole: () => isWhole,
      apply: async (config: FleetConfig) => {
        told.push(`apply ${config.machine ?? "none"}`);
        isWhole = wants === undefined || (await textOf(wants)) !== "";
      },
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
    await expect.poll(() => told.length).toBe(count + 1);
  };
  await untilTold(0);
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
  expect(told).toEqual(["apply none", "apply a", "refused config", "apply c", "apply none"]);
});

it("one that was changed before anybody followed it is applied", async () => {
  const file = join(folder, "fleet.toml");
  await writeFile(file, 'machine = "later"');
  follow(file);
  await expect.poll(() => told).toEqual(["apply later"]);
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
  await expect.poll(() => told).toEqual(["apply a", "apply b"]);
});

it("a file that is refused for its mode is in force after chmod alone, and is refused again by chmod", async () => {
  const file = join(folder, "fleet.toml");
  follow(file);
  await expect.poll(() => told.splice(0)).toEqual(["apply none"]);
  await writeFile(join(folder, "next.toml"), 'machine = "a"');
  await chmod(join(folder, "next.toml"), 0o666);
  await rename(join(folder, "next.toml"), file);
  await expect.poll(() => told).toEqual(["refused config"]);
  await chmod(file, 0o600);
  await expect.poll(() => told).toEqual(["refused config", "apply a"]);
  await chmod(file, 0o666);
  await expect.poll(() => told).toEqual(["refused config", "apply a", "refused config"]);
});

it("one that is not whole is applied again, as it is, until what it names is there, and then no more", async () => {
  const file = join(folder, "fleet.toml");
  await writeFile(file, 'machine = "a"');
  wants = join(folder, "secret");
  isWhole = false;
  let looks = 0;
  const paced = async (ms: number, signal?: AbortSignal) => {
    looks += 1;
    await systemClock.sleep(ms / 1000, signal);
  };
  follow(file, paced);
  await expect.poll(() => told.length).toBeGreaterThan(1);
  expect(looks).toBeGreaterThanOrEqual(10);
  await writeFile(wants, "s");
  await expect.poll(() => isWhole).toBe(true);
  const [count, from] = [told.length, looks];
  await expect.poll(() => looks).toBeGreaterThan(from + 30);
  expect(told).toHaveLength(count);
});

it("one that stays refused is looked at again, and is told once", async () => {
  const file = join(folder, "fleet.toml");
  await writeFile(file, 'machine = "a"');
  let looks = 0;
  follow(file, async (ms, signal) => {
    looks += 1;
    await systemClock.sleep(ms / 1000, signal);
  });
  await expect.poll(() => told.splice(0)).toEqual(["apply a"]);
  await writeFile(file, 'machin = "b"');
  await expect.poll(() => told).toEqual(["refused config"]);
  const from = looks;
  await expect.poll(() => looks).toBeGreaterThan(from + 30);
  expect(told).toEqual(["refused config"]);
});
