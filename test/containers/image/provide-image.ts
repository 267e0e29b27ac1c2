import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { machinePackages } from "./packages.ts";
import { packRoot } from "./root-files.ts";

const run = promisify(execFile);

/** An image as a tarball of its files, in the cache. */
export interface RootImage {
  readonly tarball: string;
  /** Its name with a tag that is the hash of what it holds. */
  readonly name: string;
}

/** The image of a machine with tmux, Node and a nats-server: made once for the same content, kept in `cache`. */
export async function provideImage(cache: string, natsServer: string): Promise<RootImage> {
  const packages = await machinePackages();
  const programs = { node: process.execPath, "nats-server": natsServer };
  const versions = [process.version, (await run(natsServer, ["--version"])).stdout];
  const recipe = await Promise.all(["packages.ts", "root-files.ts"].map((file) => readFile(beside(file))));
  const hash = createHash("sha256");
  for (const part of [...packages, ...versions, ...recipe]) hash.update(part).update("\0");
  const tag = hash.digest("hex").slice(0, 16);
  const tarball = join(cache, `machine-${tag}.tar`);
  await mkdir(cache, { recursive: true });
  if (!existsSync(tarball)) {
    await removeOlder(cache);
    await packRoot(tarball, packages, programs);
  }
  return { tarball, name: `fleet-machine:${tag}` };
}

/** One machine is 250 MB. */
async function removeOlder(cache: string): Promise<void> {
  const old = (await readdir(cache)).filter((name) => name.startsWith("machine-"));
  await Promise.all(old.map((name) => rm(join(cache, name), { force: true })));
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
