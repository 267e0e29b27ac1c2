import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyHome, runFleet } from "../../stand-in.test.support.ts";

let home = "";

beforeEach(async () => {
  home = await emptyHome();
  await mkdir(join(home, "bin"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Programs of these names that say this of their versions, alone with the shell on PATH. */
async function install(said: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  for (const [name, version] of Object.entries(said))
    await writeFile(join(home, "bin", name), `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
  const env = { PATH: [join(home, "bin"), "/usr/bin", "/bin"].join(delimiter) };
  return runFleet(["hooks", "install", "--apply", ...flags], home, { env });
}

describe("a CLI that is older than the hooks that fleet installs", () => {
  test.each([
    ["claude", "2.1.100 (Claude Code)", "2.1.100", "2.1.152"],
    ["codex", "codex-cli 0.99.0", "0.99.0", "0.153.3"],
    ["gemini", "0.9.4", "0.9.4", "0.26.0"],
  ])("is refused with the version it needs: %s %s", async (name, said, is, needs) => {
    const ran = await install({ [name]: said }, `--${name}`);
    expect(ran.code).toBe(8);
    expect(ran.stderr).toContain(`/bin/${name} is ${is}, they need ${needs} or newer; update it`);
    expect(await readdir(home)).toEqual(["bin"]);
  });

  test("keeps hooks out of no other that was named with it", async () => {
    const ran = await install({ gemini: "0.9.4", codex: "codex-cli 0.169.0" }, "--codex", "--gemini");
    expect(ran.code).toBe(8);
    expect(ran.stderr).toMatch(/^Gemini CLI: installing hooks into Gemini CLI: .* is 0\.9\.4/m);
    expect((await readdir(home)).sort()).toEqual([".codex", "bin", "data"]);
  });

  test.each(["0.26.0", "0.61.0", "1.0.0", "of its own making", ""])(
    "is not one that says %j",
    async (said) => {
      expect((await install({ gemini: said }, "--gemini")).code).toBe(0);
      expect(await readFile(join(home, ".gemini", "settings.json"), "utf8")).toContain("fleet-hook");
    },
  );
});
