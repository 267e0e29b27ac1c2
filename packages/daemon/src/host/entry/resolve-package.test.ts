import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { loadAdapter } from "./load.ts";
import { moduleForms } from "./module-forms.ts";
import { resolvePackage } from "./resolve-package.ts";

let home = "";
let config = "";

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "fleet-resolve-"));
  config = join(home, "config", "fleet.toml");
  await mkdir(join(home, "config"), { recursive: true });
});
afterAll(() => rm(home, { recursive: true }));

const adapter =
  'export const adapter = { spec: { type: "x", summary: "Mine.", traits: {}, config: { safeParse() {} } }, open: () => ({}) };';

/** Puts a package into the node_modules of a folder. */
async function install(folder: string, name: string, manifest: object, text = adapter): Promise<string> {
  const root = join(home, folder, "node_modules", name);
  await mkdir(join(root, "dist"), { recursive: true });
  await writeFile(join(root, "package.json"), JSON.stringify({ name, type: "module", ...manifest }));
  for (const file of ["dist/adapter.js", "index.js"]) await writeFile(join(root, file), text);
  return pathToFileURL(join(root, "dist/adapter.js")).href;
}

describe("an adapter's package", () => {
  test.each([
    ["text", { exports: "./dist/adapter.js" }],
    ["condition", { exports: { types: "./x.d.ts", import: "./dist/adapter.js" } }],
    [
      "path",
      { exports: { ".": { types: "./x.d.ts", default: "./dist/adapter.js" }, "./more": "./more.js" } },
    ],
    ["nested", { exports: { browser: "./x.js", node: { require: "./x.cjs", import: "./dist/adapter.js" } } }],
    ["main", { main: "dist/adapter.js" }],
  ])("is found by its exports or main: %s", async (about, manifest) => {
    const file = await install("config", `fleet-adapter-${about}`, manifest);
    expect(await resolvePackage(`fleet-adapter-${about}`, config)).toBe(file);
  });

  it("may have a scope, a path inside, no exports at all", async () => {
    const file = await install("config", "@acme/adapters", { exports: { "./pager": "./dist/adapter.js" } });
    expect(await resolvePackage("@acme/adapters/pager", config)).toBe(file);
    await expect(resolvePackage("@acme/adapters", config)).rejects.toThrow(/exports no \.$/);
    await expect(resolvePackage("@acme/adapters/none", config)).rejects.toThrow(/exports no \.\/none$/);
    const bare = await install("config", "fleet-bare", {});
    expect(await resolvePackage("fleet-bare/dist/adapter.js", config)).toBe(bare);
    expect(await resolvePackage("fleet-bare", config)).toMatch(/fleet-bare\/index\.js$/);
  });

  it("is one of the config file's folder before one of a folder above, whatever the working directory", async () => {
    const above = await install("", "fleet-adapter-near", { main: "dist/adapter.js" });
    expect(await resolvePackage("fleet-adapter-near", config)).toBe(above);
    const near = await install("config", "fleet-adapter-near", { main: "dist/adapter.js" });
    expect(await resolvePackage("fleet-adapter-near", config)).toBe(near);
  });

  it("is one beside fleet itself where the config's folders have none, as when both are installed globally", async () => {
    expect(await resolvePackage("smol-toml", config)).toMatch(/node_modules\/smol-toml\//);
  });

  it("that is a link brings what it needs from where it really is", async () => {
    const needed = 'export const needed = "Linked.";';
    await install("work/fleet-adapter-link", "needed", { main: "index.js" }, needed);
    const root = join(home, "work/fleet-adapter-link");
    await writeFile(join(root, "package.json"), '{ "type": "module", "main": "./index.js" }');
    const text = adapter.replace('"Mine."', "needed");
    await writeFile(join(root, "index.js"), `import { needed } from ${JSON.stringify("needed")}; ${text}`);
    await mkdir(join(home, "config", "node_modules"), { recursive: true });
    await symlink(root, join(home, "config", "node_modules", "fleet-adapter-link"));
    expect((await loadAdapter("fleet-adapter-link", [], config)).spec.summary).toBe("Linked.");
  });

  test.each(["~/mine.mjs", "file:///opt/mine.mjs", "Mine/own"])("is not what %s names", async (type) => {
    await expect(resolvePackage(type, config)).rejects.toMatchObject({
      message: `loading adapter "${type}": it is no package's name, and a path begins with ./ or /`,
    });
  });

  it("that is not there is told with the way to it", async () => {
    await expect(resolvePackage("fleet-adapter-gone", config)).rejects.toMatchObject({
      code: "config",
      message: `loading adapter "fleet-adapter-gone": there is no such package: npm install --prefix ${join(home, "config")} fleet-adapter-gone`,
    });
  });
});

it("the forms of modules are those that could be loaded; the others are told apart", async () => {
  await install("config", "fleet-adapter-good", { main: "index.js" });
  await install("config", "fleet-adapter-bad", { main: "index.js" }, "throw new Error('no luck');");
  await install("config", "fleet-adapter-none", { main: "index.js" }, "export const x = 1;");
  const types = [
    "fleet-adapter-good",
    "fleet-adapter-good",
    "ntfy",
    "ntfi",
    "fleet-adapter-bad",
    "fleet-adapter-none",
  ];
  const { forms, failures } = await moduleForms(types, config);
  expect(Object.keys(forms)).toEqual(["fleet-adapter-good"]);
  expect(failures.map(({ error }) => error.message)).toEqual([
    'loading adapter "fleet-adapter-bad": no luck',
    'loading adapter "fleet-adapter-none": it exports nothing made by defineAdapter',
  ]);
});
