import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findServer, type FindProgress } from "@fleetbus/daemon/server";

const run = promisify(execFile);

/**
 * Runs once before the suites: what they need beside npm packages is found or provisioned here, into a cache outside the tree.
 * Afterwards `FLEET_NATS_SERVER` names a current nats-server for every test process.
 */
export async function setup(): Promise<void> {
  process.env["FLEET_NATS_SERVER"] ??= await provisionServer();
  await provideTmux();
}

/** Where tests keep what was fetched: never in the tree, never in a user's own fleet. */
export function testCacheDir(env: Readonly<Record<string, string | undefined>>): string {
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return env["FLEET_TEST_CACHE"] || join(cache, "fleet-test");
}

async function provisionServer(): Promise<string> {
  const found = await findServer({
    paths: { cacheDir: testCacheDir(process.env) },
    env: process.env,
    progress: say,
    signal: AbortSignal.timeout(180_000),
    fetch,
  });
  return found.path;
}

/** Quiet while nothing has to be fetched. */
function say(progress: FindProgress): void {
  if (progress.step === "path" || progress.step === "installed") return;
  process.stderr.write(`nats-server, ${progress.step}: ${progress.detail} (${progress.state})\n`);
}

async function provideTmux(): Promise<void> {
  if (await hasTmux()) return;
  if (process.getuid?.() === 0) await installTmux();
  if (await hasTmux()) return;
  process.stderr.write(
    "tmux is missing: install it (apt-get install tmux, brew install tmux); tests of panes fail without it\n",
  );
}

async function hasTmux(): Promise<boolean> {
  return run("tmux", ["-V"]).then(
    () => true,
    () => false, // not on PATH
  );
}

async function installTmux(): Promise<void> {
  const options = { timeout: 120_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const install = () => run("apt-get", ["install", "-y", "--no-install-recommends", "tmux"], options);
  try {
    // Without package lists (a fresh container) the first try finds nothing.
    await install().catch(async () => {
      await run("apt-get", ["update"], options);
      await install();
    });
  } catch (error) {
    process.stderr.write(
      `installing tmux with apt: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}
