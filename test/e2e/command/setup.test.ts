import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newHome, type Home } from "../../support/fleet/home.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";

const rules = '"Bash(fleet inbox:*)", "Bash(fleet reply:*)", "Bash(fleet report:*)"';

let built: BuiltPackage;
let at: Home;

beforeEach(async () => {
  built = await buildPackage();
  at = await newHome({ command: built.bin });
  await mkdir(join(at.home, "bin"));
  await writeFile(join(at.home, "bin", "claude"), "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(async () => {
  await at.close();
  await built.remove();
});

const folder = () => join(at.home, ".claude");
const settings = () => readFile(join(folder(), "settings.json"), "utf8");
const run = (...argv: readonly string[]) =>
  at.run(argv, { env: { PATH: `${join(at.home, "bin")}:${at.env["PATH"] ?? ""}` } });

describe("fleet setup", () => {
  it("adds hooks and the rules to answer by, says so, has no diff the second time, and uninstall leaves no trace", async () => {
    const first = await run("setup", "--yes");
    expect(first.code).toBe(0);
    expect(first.stdout).toContain('+  "permissions": {');
    expect(first.stderr).toContain(
      "allowed without asking, by permissions.allow: Bash(fleet inbox:*), Bash(fleet reply:*), Bash(fleet report:*)",
    );
    expect(first.stderr).toContain("its shell is not sandboxed and reaches fleet's socket");
    expect(first.stderr).toContain("fleet is not on PATH");
    const text = await settings();
    for (const rule of rules.split(", ")) expect(text).toContain(rule);

    const second = await run("setup", "--yes");
    expect(second).toMatchObject({ code: 0, stdout: "" });
    expect(second.stderr).toContain("a woken session may answer already");
    expect(await settings()).toBe(text);

    expect((await run("uninstall", "--yes")).code).toBe(0);
    await expect(stat(folder())).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("keeps the user's own rules, comments and layout, and gives back every byte", async () => {
    const before =
      '{\n\t// mine\n\t"permissions": {\n\t\t"allow": ["Bash(fleet inbox:*)", "Read"], // these\n\t}\n}\n';
    await mkdir(folder());
    await writeFile(join(folder(), "settings.json"), before);
    expect((await run("setup", "--yes")).code).toBe(0);
    expect(await settings()).toContain(
      '["Bash(fleet inbox:*)", "Read", "Bash(fleet reply:*)", "Bash(fleet report:*)"], // these',
    );
    expect((await run("uninstall", "--yes")).code).toBe(0);
    expect(await settings()).toBe(before);
  });

  it("says when the CLI's sandbox keeps its shell from the daemon, and what lets it through", async () => {
    await mkdir(folder());
    const path = join(folder(), "settings.json");
    await writeFile(path, '{ "sandbox": { "enabled": true } }\n');
    const setup = await run("setup", "--yes");
    expect(setup.stderr).toContain("its shell is sandboxed and does not reach fleet's socket; add");
    const doctor = await run("doctor");
    expect(doctor.code).toBe(1);
    expect(doctor.stdout).toContain("FAIL  Claude Code: its shell is sandboxed");
    await run("uninstall", "--yes");
    await writeFile(path, '{ "sandbox": { "enabled": true, "excludedCommands": ["fleet *"] } }\n');
    expect((await run("setup", "--yes")).stderr).toContain("fleet runs outside (sandbox.excludedCommands)");
  });
});
