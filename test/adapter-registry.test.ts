import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { builtInAdapters } from "@fleetbus/adapters";
import { isRegistryStale, registryPage } from "./support/generate-registry.mjs";

describe("the registry of adapters", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "fleet-registry-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("is what the folders say; node test/support/generate-registry.mjs writes it", async () => {
    expect(await isRegistryStale()).toBe(false);
  });

  test("holds one adapter for each folder, under the folder's name, each type once", async () => {
    const { text } = await registryPage();
    const types = builtInAdapters.map((adapter) => adapter.spec.type);
    expect(types.length).toBeGreaterThan(1);
    expect([...new Set(types)]).toEqual(types);
    for (const type of types) expect(text).toContain(`"./${type}/adapter.ts"`);
  });

  test("takes a new adapter by its folder alone, and no folder without an adapter", async () => {
    for (const name of ["web-hook", "ntfy", "waiting"]) await mkdir(join(folder, name));
    for (const name of ["web-hook", "ntfy"]) await writeFile(join(folder, name, "adapter.ts"), "");
    const { text } = await registryPage(folder);
    expect(text).toContain('import { webHook } from "./web-hook/adapter.ts";');
    expect(text).toContain("builtInAdapters: readonly Adapter[] = [ntfy, webHook];");
    expect(text).not.toContain("waiting");
  });
});
