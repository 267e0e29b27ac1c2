import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError, systemClock, type Clock } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { followDrops, type DropResult } from "./drops.ts";

let dir: string;
let stop: AbortController;
let running: Promise<void>;
let taken: string[];
let errors: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-drops-"));
  stop = new AbortController();
  taken = [];
  errors = [];
});
afterEach(async () => {
  stop.abort();
  await running;
  await rm(dir, { recursive: true });
});

function follow(take: (name: string) => DropResult | Promise<DropResult>, clock: Clock = systemClock): void {
  const deps = {
    dir,
    clock,
    take: async (_: Buffer, name: string) => {
      const result = await take(name);
      taken.push(name);
      return result;
    },
    onTorn: (name: string) => void errors.push(`torn ${name}`),
    onError: (error: unknown) => void errors.push(String(error)),
  };
  running = followDrops(deps, stop.signal);
}

const nowName = (atMs: number) => `${atMs * 1000}-1-1.req`;
const drop = (name: string) => writeFile(join(dir, name), "x");

describe("dropped files", () => {
  it("are taken in oldest first, those that are there and those that come", async () => {
    await drop("1000000000000002-1-1.req");
    await drop("1000000000000001-1-1.req");
    follow(() => "taken");
    await expect.poll(() => taken).toHaveLength(2);
    await drop("1000000000000003-1-1.req");
    await expect.poll(() => taken.map((name) => name[15])).toEqual(["1", "2", "3"]);
    await expect.poll(() => readdir(dir)).toEqual([]);
  });

  it("that nobody can ever take are set aside, and the next ones are taken in", async () => {
    await mkdir(join(dir, "1000000000000000-1-1.req"));
    await drop("1000000000000001-1-1.req");
    await drop("1000000000000002-1-1.req");
    follow((name) => {
      if (name.startsWith("1000000000000001")) throw new FleetError("not_found", "no such CLI");
      return "taken";
    });
    await expect.poll(() => taken).toEqual(["1000000000000002-1-1.req"]);
    const left = ["1000000000000000-1-1.req.refused", "1000000000000001-1-1.req.refused"];
    await expect.poll(async () => (await readdir(dir)).toSorted()).toEqual(left);
    expect(errors.join()).toContain("no such CLI");
  });

  it("stay where they are while the spool takes nothing", async () => {
    await drop("1000000000000001-1-1.req");
    await drop("1000000000000002-1-1.req");
    follow(() => "later");
    await expect.poll(() => taken).toEqual(["1000000000000001-1-1.req"]);
    expect(await readdir(dir)).toHaveLength(2);
  });

  it.each([
    ["just made may still be written", 0, 1],
    ["older than any write is set aside", 10_000, 0],
    ["from before the clock was set back is set aside too", -3_600_000, 0],
  ])("a torn one that is %s", async (_, ageMs, left) => {
    await drop(nowName(Date.now() - ageMs));
    follow(() => "torn");
    await expect.poll(() => taken).toHaveLength(1);
    const whole = async () => (await readdir(dir)).filter((name) => name.endsWith(".req"));
    await expect.poll(whole).toHaveLength(left);
  });
});
