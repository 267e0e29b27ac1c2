import { spawn } from "node:child_process";
import { mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyHome } from "../stand-in.test.support.ts";
import { version } from "../version.ts";
import { buildFleet, layOut } from "./bundle.test.support.ts";

let folder = "";
let home = "";
let bin = "";

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "fleet-bundle-")));
  home = await emptyHome();
  bin = await layOut(folder);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
});

function run(
  file: string,
  argv: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [file, ...argv], {
    env: { PATH: process.env["PATH"], HOME: home, FLEET_HOME: home, FLEET_NO_AUTOSTART: "1" },
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (part: Buffer) => (text.stdout += part.toString()));
  child.stderr.on("data", (part: Buffer) => (text.stderr += part.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, ...text })));
}

describe("the committed bin", () => {
  test("explains itself while nothing is built: exit 1", async () => {
    expect(await run(bin, ["pub", "x"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("npm run build"),
    });
  });

  describe("once built", () => {
    beforeAll(() => buildFleet(folder), 60_000);

    test("[case 26] works through a symlink, and through a symlink to that", async () => {
      await symlink(bin, join(folder, "fleet"));
      await symlink("fleet", join(folder, "again"));
      for (const name of ["fleet", "again"]) {
        expect(await run(join(folder, name), ["--version"])).toEqual({
          code: 0,
          stdout: `${version}\n`,
          stderr: "",
        });
        expect(await run(join(folder, name), ["version", "--json"])).toMatchObject({
          code: 0,
          stdout: expect.stringContaining(version),
        });
      }
    });

    test.each([
      [["status"], 7],
      [["pub"], 2],
      [["config", "show"], 0],
      [["hooks", "status"], 0],
      [["events", "--since", "x"], 2],
      [["up", "--connect", "nats://127.0.0.1:1", "--context", "x", "--foreground"], 2],
    ])("fleet %j ends with %i in a process of its own", async (argv, code) => {
      expect((await run(bin, argv)).code).toBe(code);
    });

    test("a reader that goes away ends it quietly", async () => {
      const shell = spawn("sh", ["-c", `"${process.execPath}" "${bin}" config schema | head -c 1; exit 0`], {
        env: { PATH: process.env["PATH"], HOME: home, FLEET_HOME: home },
      });
      let stderr = "";
      shell.stderr.on("data", (part: Buffer) => (stderr += part.toString()));
      await new Promise((resolve) => shell.once("close", resolve));
      expect(stderr).toBe("");
    });
  });
});
