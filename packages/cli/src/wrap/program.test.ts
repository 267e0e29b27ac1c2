import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNotStarted } from "./program.ts";

describe("whether a command can be started", () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "fleet-wrap-"));
    await mkdir(join(cwd, "bin/folder"), { recursive: true });
    await writeFile(join(cwd, "bin/good"), "");
    await chmod(join(cwd, "bin/good"), 0o755);
    await writeFile(join(cwd, "bin/plain"), "");
  });
  afterAll(async () => {
    await rm(cwd, { recursive: true, force: true });
  });

  test.each([
    ["good", undefined],
    ["bin/good", undefined],
    ["./bin/good", undefined],
    ["plain", 126],
    ["bin/plain", 126],
    ["folder", 126],
    ["nowhere", 127],
    ["./good", 127],
    ["", 127],
  ])("%j: %j", (name, exitCode) => {
    const env = { PATH: ["/nonexistent", join(cwd, "bin/plain"), "bin"].join(":") };
    expect(whyNotStarted(name, { env, cwd })?.exitCode).toBe(exitCode);
  });
});
