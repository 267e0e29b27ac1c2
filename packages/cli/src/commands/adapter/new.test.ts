import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { emptyHome, runFleet } from "../../stand-in.test.support.ts";
import { adapterKinds } from "./new/fill.ts";

let home = "";

beforeEach(async () => {
  home = await emptyHome();
});
afterEach(() => rm(home, { recursive: true, force: true }));

const versions = z.record(z.string(), z.string());
const manifestSchema = z.looseObject({
  version: z.string(),
  ...{ dependencies: versions.optional(), devDependencies: versions.optional() },
});
const root = fileURLToPath(new URL("../../../../..", import.meta.url));
const manifestOf = async (folder: string) =>
  manifestSchema.parse(JSON.parse(await readFile(join(root, folder, "package.json"), "utf8")));

const make = (...argv: readonly string[]) => runFleet(["adapter", "new", ...argv], home);
const text = (...path: readonly string[]) => readFile(join(home, ...path), "utf8");

describe("fleet adapter new", () => {
  test("makes a package of the convention's name, and says how to go on", async () => {
    const { code, stdout, stderr } = await make("pager");
    expect(code).toBe(0);
    const manifest = JSON.parse(await text("fleet-adapter-pager", "package.json"));
    expect(manifest).toMatchObject({ name: "fleet-adapter-pager", keywords: ["fleet-adapter"] });
    const folder = join(home, "fleet-adapter-pager");
    for (const line of [`cd ${folder} && npm install`, "npm test", `npm install --prefix ${home} ${folder}`])
      expect(stderr).toContain(`\n  ${line}\n`);
    expect(parse(stdout)).toMatchObject({ adapter: [{ name: "pager", type: "fleet-adapter-pager" }] });
    expect((await stat(folder)).mode & 0o055).toBe(0o055);
    expect(await readdir(home)).toEqual(["fleet-adapter-pager"]);
  });

  test.each([[], ["--js"]])("needs what this fleet itself is made with %j", async (...flags) => {
    await make("pager", "--dir", "here", ...flags);
    const { dependencies, devDependencies = {} } = manifestSchema.parse(
      JSON.parse(await text("here", "package.json")),
    );
    const own = await manifestOf("packages/cli");
    const workspace = await manifestOf(".");
    expect(dependencies).toEqual({
      "@fleetbus/core": `file:${join(root, "packages/core")}`,
      zod: own.devDependencies?.["zod"],
    });
    for (const [name, version] of Object.entries(devDependencies))
      expect(version, name).toBe(workspace.devDependencies?.[name]);
  });

  test.each(["typescript", "javascript"])(
    "asks for this version of core in the template of %s",
    async (language) => {
      const template = await manifestOf(join("packages/cli/templates/adapter", language));
      const { version } = await manifestOf("packages/core");
      expect(template.dependencies).toMatchObject({ "@fleetbus/core": `^${version}` });
    },
  );

  test("says that a checkout's package takes core from there", async () => {
    const core = join(root, "packages/core");
    expect((await make("pager")).stderr).toContain(`its @fleetbus/core is file:${core}, as this fleet runs`);
    const { stdout } = await make("pager", "--dir", "other", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ core });
  });

  test.each([
    ["sink", ["sink.ts", "limits.ts"], ["source.ts"]],
    ["source", ["source.ts"], ["sink.ts", "limits.ts"]],
    ["both", ["sink.ts", "limits.ts", "source.ts"], []],
  ])("makes what a %s needs and nothing else", async (kind, there, absent) => {
    await make("pager", "--kind", kind, "--dir", "here");
    const names = await readdir(join(home, "here", "src"));
    expect(names).toEqual(expect.arrayContaining(there));
    for (const name of absent) expect(names).not.toContain(name);
    const { stdout } = await make("pager", "--kind", kind, "--json");
    const { entry, next }: { entry: string; next: readonly string[] } = JSON.parse(stdout);
    expect(next).toHaveLength(3);
    expect(entry.includes("[adapter.replies]")).toBe(kind !== "sink");
  });

  test.each(adapterKinds.flatMap((kind) => [[kind, []] as const, [kind, ["--js"]] as const]))(
    "leaves no trace of the template in a %s %j",
    async (kind, flags) => {
      await make("my-pager", "--kind", kind, "--dir", "here", ...flags);
      const found = await readdir(join(home, "here"), { recursive: true, withFileTypes: true });
      const files = found.filter((entry) => entry.isFile());
      expect(files.length).toBeGreaterThan(8);
      for (const file of files) {
        const written = await readFile(join(file.parentPath, file.name), "utf8");
        expect(written, file.name).not.toMatch(/doorbell|only: |^\s*(?:\/\/|<!--) end/im);
      }
      expect(await text("here", "README.md")).toContain('token = "env:MY_PAGER_TOKEN"');
      expect(await text("here", ".gitignore")).toContain("node_modules");
    },
  );

  test.each([
    ["fleet-adapter-pager", "fleet-adapter-pager"],
    ["4711", "fleet-adapter-4711"],
  ])("takes the name %s for %s", async (given, folder) => {
    expect((await make(given)).code).toBe(0);
    expect(await readdir(home)).toEqual([folder]);
  });

  test.each([
    ["My Pager!", "my-pager"],
    ["../pager", "pager"],
    ["@acme/pager", "acme-pager"],
    ["me", "my-me"],
    ["☎", "mine"],
    ["x".repeat(60), "x".repeat(40)],
  ])("refuses the name %s, names %s, and makes nothing", async (given, near) => {
    const { code, stderr } = await make(given);
    expect(code).toBe(2);
    expect(stderr).toContain(`as ${near}\n`);
    expect(await readdir(home)).toEqual([]);
  });

  test("refuses a folder that holds something, and a file", async () => {
    await mkdir(join(home, "full"));
    await writeFile(join(home, "full", "mine.txt"), "mine");
    for (const dir of ["full", "full/mine.txt"]) {
      const { code, stderr } = await make("pager", "--dir", dir);
      expect(code).toBe(4);
      expect(stderr).toContain(join(home, dir));
    }
    expect(await readdir(home, { recursive: true })).toEqual(["full", "full/mine.txt"]);
  });

  test("takes a folder that is empty, also the one that somebody stands in", async () => {
    await mkdir(join(home, "empty"));
    const before = (await stat(join(home, "empty"))).ino;
    expect(
      await runFleet(["adapter", "new", "pager", "--dir", "."], home, { cwd: join(home, "empty") }),
    ).toMatchObject({ code: 0 });
    expect((await stat(join(home, "empty"))).ino).toBe(before);
    expect(await readdir(home)).toEqual(["empty"]);
    expect(await readdir(join(home, "empty"))).toContain("package.json");
  });

  test("leaves nothing behind where it cannot write", async () => {
    const { code, stderr } = await make("pager", "--dir", "x".repeat(240));
    expect(code).toBe(1);
    expect(stderr).toContain("ENAMETOOLONG");
    expect(await readdir(home, { recursive: true })).toEqual([]);
  });
});
