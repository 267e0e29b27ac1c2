import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { coreOfCheckout, withCoreOf } from "./core-of.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-core-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A fleet's folder with a package beside it in `core`. */
async function fleetBeside(parent: string, manifest: string): Promise<string> {
  await mkdir(join(folder, parent, "core"), { recursive: true });
  await writeFile(join(folder, parent, "core/package.json"), manifest);
  return join(folder, parent, "cli");
}

test("a checkout's fleet has core beside it", async () => {
  const fleet = await fleetBeside("packages", '{"name": "@fleetbus/core"}');
  expect(await coreOfCheckout(fleet)).toBe(join(folder, "packages/core"));
});

test.each([
  ["that was installed", "node_modules", '{"name": "@fleetbus/core"}'],
  ["beside somebody else's core", "packages", '{"name": "core"}'],
  ["beside what cannot be read", "packages", "{"],
])("a fleet %s has none", async (_, parent, manifest) => {
  expect(await coreOfCheckout(await fleetBeside(parent, manifest))).toBeUndefined();
});

test("a fleet that stands alone has none", async () => {
  expect(await coreOfCheckout(join(folder, "cli"))).toBeUndefined();
});

test("a package.json keeps all but where core comes from", () => {
  const before = { name: "x", dependencies: { "@fleetbus/core": "^1.0.0", zod: "4" }, type: "module" };
  const dependencies = { "@fleetbus/core": "file:/a b/core", zod: "4" };
  const after = JSON.stringify({ ...before, dependencies }, null, 2);
  expect(withCoreOf("/a b/core", JSON.stringify(before))).toBe(`${after}\n`);
});
