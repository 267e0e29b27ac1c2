import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, type SessionRecord } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { evidenceOf } from "./evidence.ts";
import type { Evidence } from "./proof.ts";

let dir: string;
let evidence: Evidence;
let errors: unknown[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fleet-evidence-"));
  errors = [];
  evidence = evidenceOf({ clock: systemClock, onError: (error) => void errors.push(error) });
});
afterEach(() => rm(dir, { recursive: true }));

const recordOf = (transcript: string): SessionRecord => ({
  ...{ machine: "lab", name: "web", display: "web", cli: "claude", state: "busy", hooked: true, wake: true },
  ...{ stateSince: "", startedAt: "", seenAt: "", idleGeneration: 0, lastEventId: "", transcript },
});

describe("the evidence of a transcript", () => {
  it("that is not there is none", async () => {
    expect(await evidence.look(recordOf(join(dir, "none.jsonl")))).toBeUndefined();
  });

  it("that is there and says nothing yet is empty, and the same for as long as nothing comes", async () => {
    const file = join(dir, "some.jsonl");
    await writeFile(file, "");
    const sight = await evidence.look(recordOf(file));
    expect(sight?.requested.size).toBe(0);
    expect(await evidence.look(recordOf(file))).toBe(sight);
  });

  it("[case 49] that cannot be read proves nothing and disproves nothing: shown is inferred there", async () => {
    const file = join(dir, "some.jsonl");
    await writeFile(file, "");
    expect(await evidence.look(recordOf(file))).toBeDefined();
    await rm(file);
    await mkdir(file);
    await expect.poll(() => errors).not.toEqual([]);
    expect(await evidence.look(recordOf(file))).toBeUndefined();
  });
});
