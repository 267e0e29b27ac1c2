import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commandRunner } from "../command.ts";
import { privateApt } from "./private-apt.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "private-apt-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const expired =
  "E: Release file for http://m.example/debian/dists/forky/InRelease is expired (invalid since 3d).";

describe("the private apt", () => {
  it("takes an expired index once more without its date check, and warns", async () => {
    const warnings: string[] = [];
    const apt = await aptThat(
      `case "$*" in *Check-Valid-Until=false*) ;; *) echo "${expired}" >&2; exit 100;; esac`,
    );
    await apt.update((text) => warnings.push(text));
    expect(warnings).toEqual([expect.stringContaining("expired")]);
    const calls = (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");
    expect(calls.map((call) => call.includes("Check-Valid-Until=false"))).toEqual([false, true]);
  });

  it("takes no index that fails for another reason, and says the reason", async () => {
    const warnings: string[] = [];
    const apt = await aptThat('echo "W: noise" >&2; echo "E: The repository is not signed." >&2; exit 100');
    await expect(apt.update((text) => warnings.push(text))).rejects.toThrow(
      "reading the package index: The repository is not signed.",
    );
    expect(warnings).toEqual([]);
    expect((await readFile(join(folder, "calls"), "utf8")).trim().split("\n")).toHaveLength(1);
  });

  it("keeps its state in its own folder and knows only its own source", async () => {
    await aptThat("exit 0");
    expect(await readFile(join(folder, "fleet.list"), "utf8")).toBe(
      "deb [signed-by=/k.gpg] http://m.example/debian/ forky main\n",
    );
    const config = await readFile(join(folder, "apt.conf"), "utf8");
    expect(config).toContain(`Dir::State::lists "${folder}/lists/";`);
    expect(config).toContain(`Dir::Cache "${folder}/cache/";`);
  });
});

/** A stand-in apt-get: the real one's expired mirror cannot be had on demand. */
async function aptThat(does: string) {
  const path = join(folder, "apt-get");
  await writeFile(path, `#!/bin/sh\necho "$*" >> ${folder}/calls\n${does}\n`);
  await chmod(path, 0o755);
  const run = commandRunner({ PATH: `${folder}:/usr/bin:/bin` }, AbortSignal.timeout(20_000));
  const source = { uri: "http://m.example/debian/", suite: "forky", component: "main", keyring: "/k.gpg" };
  return privateApt(folder, source, run);
}
