import { mkdtemp, readFile, rm, stat, symlink, unlink, writeFile, chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError, pathsOf } from "@fleetbus/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { installClient } from "./install-client.ts";

const linux = { platform: "linux" };

async function home() {
  const folder = await mkdtemp(join(tmpdir(), "fleet-install-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return pathsOf({ FLEET_HOME: folder });
}

describe("installClient", () => {
  test("writes one executable that names its endpoint and drop folder, and private folders", async () => {
    const paths = await home();
    const { file, hasChanged } = await installClient(paths, linux);
    expect({ file, hasChanged }).toEqual({ file: join(paths.hooksDir, "fleet-hook"), hasChanged: true });
    expect((await stat(file)).mode & 0o777).toBe(0o755);
    expect((await stat(paths.hooksDir)).mode & 0o777).toBe(0o700);
    expect((await stat(paths.dropDir)).mode & 0o777).toBe(0o700);
    const text = await readFile(file, "utf8");
    expect(text).toContain(`endpoint='${paths.endpointFile}'`);
    expect(text).toContain(`drop='${paths.dropDir}'`);
  });

  test("changes nothing the second time", async () => {
    const paths = await home();
    const { file } = await installClient(paths, linux);
    const before = await stat(file);
    expect(await installClient(paths, linux)).toEqual({ file, hasChanged: false });
    expect((await stat(file)).ino).toBe(before.ino);
  });

  test.each([
    ["an older client", (file: string) => writeFile(file, "#!/bin/sh\n# fleet-hook 0\n")],
    ["one that lost its mode", (file: string) => chmod(file, 0o644)],
  ])("replaces %s", async (_, spoil) => {
    const paths = await home();
    const { file } = await installClient(paths, linux);
    const whole = await readFile(file, "utf8");
    await spoil(file);
    expect((await installClient(paths, linux)).hasChanged).toBe(true);
    expect(await readFile(file, "utf8")).toBe(whole);
    expect((await stat(file)).mode & 0o777).toBe(0o755);
  });

  test.each([
    ["macOS", { platform: "darwin" }],
    ["a machine without bash", { platform: "linux", bashes: ["/nonexistent/bash"] }],
  ])("gives %s the client for sh and curl", async (_, machine) => {
    const { file } = await installClient(await home(), machine);
    expect(await readFile(file, "utf8")).toMatch(/^#!\/bin\/sh\n/);
  });

  test("says which file could not be written", async () => {
    const paths = await home();
    await symlink("/dev/null", join(paths.dataDir, "..", "data")).catch(() => undefined);
    onTestFinished(() => unlink(paths.dataDir).catch(() => undefined));
    const failure = installClient(paths, linux);
    await expect(failure).rejects.toThrow(FleetError);
    await expect(failure).rejects.toMatchObject({
      code: "storage",
      message: expect.stringContaining(paths.hooksDir),
    });
  });
});
