import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandRunner, fromNewerSuite, type Run } from "@fleetbus/daemon/server";
import { testCacheDir } from "../global-setup.ts";

/** A real ntfy, or why there is none. */
export type FoundNtfy = { readonly path: string } | { readonly reason: string };

/**
 * Finds an ntfy that can serve: the one that `FLEET_NTFY` names, on PATH, fetched earlier, or the package of a newer
 * suite, kept beside the tests' nats-server. Never changes the system.
 */
export async function findNtfy(): Promise<FoundNtfy> {
  const run = commandRunner(process.env, AbortSignal.timeout(120_000));
  const shelf = join(testCacheDir(process.env), "ntfy");
  for (const path of [process.env["FLEET_NTFY"] ?? "", "ntfy", await fetchedIn(shelf)])
    if (path !== "" && (await canServe(path, run))) return { path };
  const say = (text: string) => void process.stderr.write(`ntfy, package: ${text}\n`);
  const deps = { run, say, signal: AbortSignal.timeout(120_000) };
  const found = await fromNewerSuite({ name: "ntfy", take: (binary) => keep(binary, shelf, run) }, deps);
  return "path" in found ? found : { reason: `no ntfy server: package: ${found.detail}` };
}

async function canServe(path: string, run: Run): Promise<boolean> {
  const { isOk, stdout } = await run(path, ["serve", "--help"]);
  return isOk && stdout.includes("--listen-http");
}

async function fetchedIn(shelf: string): Promise<string> {
  const names = await readdir(shelf).catch(() => []); // nothing fetched yet
  const newest = names
    .filter((name) => name.startsWith("ntfy-"))
    .toSorted()
    .at(-1);
  return newest === undefined ? "" : join(shelf, newest);
}

/** The file appears whole or not at all: several may fetch at once. */
async function keep(binary: string, shelf: string, run: Run): Promise<{ readonly path: string }> {
  const { stdout } = await run(binary, ["--help"]);
  const version = /VERSION:\s+(\S+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error("the downloaded ntfy does not run on this machine");
  await mkdir(shelf, { recursive: true });
  const staging = await mkdtemp(join(shelf, ".new-"));
  try {
    await copyFile(binary, join(staging, "ntfy"));
    await chmod(join(staging, "ntfy"), 0o755);
    await rename(join(staging, "ntfy"), join(shelf, `ntfy-${version}`));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { path: join(shelf, `ntfy-${version}`) };
}
