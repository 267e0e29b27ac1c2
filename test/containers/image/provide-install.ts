import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { root } from "../../support/tree.ts";

const run = promisify(execFile);

const packedSchema = z.array(z.object({ filename: z.string() })).nonempty();

/**
 * A folder with `node_modules` as `npm install` of the packed tarballs leaves it, made once for the same packages and
 * kept in `cache`. The tree has to be built.
 */
export async function provideInstall(cache: string): Promise<string> {
  const folder = join(cache, `install-${await hashOfPackages()}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  await removeOlder(cache);
  const work = await mkdtemp(join(cache, "packing-"));
  try {
    await rename(await install(work, await pack(work)), folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Of everything that may be packed; packing to find out takes ten seconds. */
async function hashOfPackages(): Promise<string> {
  const { stdout } = await run("npm", ["--version"]);
  const hash = createHash("sha256").update(`${process.version} ${stdout}`);
  const folder = join(root, "packages");
  for (const path of (await readdir(folder, { recursive: true })).toSorted()) {
    if (!/^[^/]+\/(dist|bin|package\.json|README\.md)/.test(path) || path.endsWith(".tsbuildinfo")) continue;
    const content = await readFile(join(folder, path)).catch(() => ""); // a folder
    hash.update(path).update("\0").update(content);
  }
  return hash.digest("hex").slice(0, 16);
}

async function pack(work: string): Promise<readonly string[]> {
  const args = ["pack", "--workspaces", "--json", "--ignore-scripts", "--pack-destination", work];
  const { stdout } = await run("npm", args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const packed: unknown = JSON.parse(stdout);
  const list = Array.isArray(packed) ? packed : Object.values(packed ?? {}); // npm 11: by name
  return packedSchema.parse(list).map(({ filename }) => join(work, filename));
}

async function install(work: string, tarballs: readonly string[]): Promise<string> {
  const folder = join(work, "installed");
  await mkdir(folder, { mode: 0o755 });
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs];
  await run("npm", args, { cwd: folder, timeout: 180_000 });
  return folder;
}

async function removeOlder(cache: string): Promise<void> {
  const old = (await readdir(cache)).filter((name) => name.startsWith("install-"));
  await Promise.all(old.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}
