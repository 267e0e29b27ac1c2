import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { bundleOptions } from "../../../packages/cli/build.mjs";
import { version } from "../../../packages/cli/src/version.ts";
import { root } from "../tree.ts";

/** The package `fleetbus` as it is installed: its `bin` and what it loads, outside the checkout. */
export interface BuiltPackage {
  readonly folder: string;
  /** What npm links as `fleet`. */
  readonly bin: string;
  /** The same of another version, beside it. */
  ofVersion(version: string): Promise<BuiltPackage>;
  remove(): Promise<void>;
}

/** Builds it from the sources as they stand. */
export async function buildPackage(): Promise<BuiltPackage> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-package-"));
  await build({ ...(await bundleOptions()), outdir: join(folder, "dist") });
  await mkdir(join(folder, "bin"));
  await copyFile(join(root, "packages/cli/bin/fleet.mjs"), join(folder, "bin/fleet.mjs"));
  return packageIn(folder);
}

function packageIn(folder: string): BuiltPackage {
  return {
    folder,
    bin: join(folder, "bin/fleet.mjs"),
    ofVersion: async (other) => {
      const copy = await mkdtemp(join(tmpdir(), "fleet-package-"));
      await cp(folder, copy, { recursive: true });
      await restamp(join(copy, "dist"), other);
      return packageIn(copy);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function restamp(folder: string, other: string): Promise<void> {
  let places = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith(".js")) continue;
    const text = await readFile(join(folder, name), "utf8");
    const stamped = text.replaceAll(`version="${version}"`, `version="${other}"`);
    if (stamped === text) continue;
    places += 1;
    await writeFile(join(folder, name), stamped);
  }
  if (places === 0) throw new Error(`stamping ${folder} as ${other}: version ${version} was not found`);
}
