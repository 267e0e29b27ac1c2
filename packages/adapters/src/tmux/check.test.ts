import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkTmux } from "./check.ts";

describe("the check of tmux", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "fleet-check-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const check = async (version: string) => {
    const command = join(folder, "tmux");
    await writeFile(command, `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
    return checkTmux({ command, quietMs: 0, idleMs: 0 });
  };

  test.each(["tmux 3.2", "tmux 3.3a", "tmux next-3.6", "tmux 4.0", "tmux master"])(
    "takes %s",
    async (version) => {
      expect(await check(version)).toEqual([{ isOk: true, text: version }]);
    },
  );

  test.each(["tmux 3.1c", "tmux 2.9"])("refuses %s and says what to install", async (version) => {
    const text = `${version} is too old to wake sessions`;
    expect(await check(version)).toEqual([{ isOk: false, text, way: "install tmux 3.2 or newer" }]);
  });

  test("says what to do where there is none", async () => {
    const [result] = await checkTmux({ command: join(folder, "none"), quietMs: 0, idleMs: 0 });
    expect(result).toMatchObject({ isOk: false, way: expect.stringContaining("install tmux") });
  });
});
