import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import type { Run } from "../command.ts";
import type { FindStep, FoundServer, StepResult } from "../progress.ts";
import { compareVersions, isVersionAtLeast, minimumServerVersion, versionOf } from "../version.ts";

const executable = "nats-server";

/** The newest server that fleet installed under `cacheDir` earlier. Each stands in a folder of its version. */
export async function serverInstalled(cacheDir: string, run: Run): Promise<StepResult> {
  const names = await readdir(shelf(cacheDir)).catch(() => []); // no folder yet: nothing installed
  const candidates = names.filter((name) => isVersionAtLeast(name)).sort((a, b) => compareVersions(b, a));
  for (const name of candidates) {
    const path = join(shelf(cacheDir), name, executable);
    const version = await versionOf(path, run);
    if (version !== undefined && isVersionAtLeast(version)) return { path, version, from: "installed" };
  }
  return { state: "skipped", detail: "none installed by fleet yet" };
}

/**
 * Takes a downloaded executable into the cache if it runs here and is new enough; throws `failed` otherwise.
 * Several processes may install at once: the folder appears whole or not at all, and the first one wins.
 */
export async function install(
  binary: string,
  cacheDir: string,
  as: { from: FindStep; run: Run },
): Promise<FoundServer> {
  await chmod(binary, 0o755);
  const version = await versionOf(binary, as.run);
  if (version === undefined)
    throw new FleetError("failed", "installing nats-server: the download does not run on this machine");
  if (!isVersionAtLeast(version)) {
    throw new FleetError(
      "failed",
      `installing nats-server: ${version} is older than ${minimumServerVersion}`,
    );
  }
  const path = join(shelf(cacheDir), version, executable);
  await place(binary, cacheDir, version);
  return { path, version, from: as.from };
}

async function place(binary: string, cacheDir: string, version: string): Promise<void> {
  await mkdir(shelf(cacheDir), { recursive: true });
  const staging = await mkdtemp(join(shelf(cacheDir), ".new-"));
  try {
    await copyFile(binary, join(staging, executable));
    await chmod(join(staging, executable), 0o755);
    await chmod(staging, 0o755);
    await moveInto(staging, join(shelf(cacheDir), version));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function moveInto(staging: string, folder: string): Promise<void> {
  try {
    await rename(staging, folder);
  } catch (error) {
    if (isTaken(error)) return replace(staging, folder);
    throw new FleetError("storage", `installing nats-server in ${folder}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A folder of that version stands: its file is replaced, as it may be what a crash left of an earlier try. */
async function replace(staging: string, folder: string): Promise<void> {
  await rename(join(staging, executable), join(folder, executable));
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
}

function shelf(cacheDir: string): string {
  return join(cacheDir, "nats-server");
}
