import { execFile } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../tree.ts";

const run = promisify(execFile);
const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

/** Runs npm in a folder, by the configuration of the machine; gives what it printed, rejects with what it said. */
export async function npm(folder: string, ...argv: readonly string[]): Promise<string> {
  try {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 240_000 };
    return (await run("npm", [...argv], options)).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`npm ${argv.join(" ")}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Installs into a folder; `what` are tarballs, and nothing is noted in its package.json. */
export async function npmInstall(folder: string, ...what: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await npm(folder, "install", "--no-save", "--prefix", folder, ...quiet, ...what);
}

/** Packs packages of the workspace as they are published; gives the tarballs' paths in the same order. */
export async function packed(folder: string, ...names: readonly string[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  for (const name of names)
    await npm(root, "pack", "-w", name, "--pack-destination", folder, "--loglevel=error");
  const files = await readdir(folder);
  return names.map((name) => {
    const begin = `${name.replace("@", "").replace("/", "-")}-`;
    const found = files.find((file) => file.startsWith(begin) && /^\d/.test(file.slice(begin.length)));
    if (found === undefined) throw new Error(`packing ${name}: there are ${files.join(", ")}`);
    return join(folder, found);
  });
}
