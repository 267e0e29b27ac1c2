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
  await providePrograms();
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

/** Programs of the machine that suites start, by name; Debian's packages are called the same. */
const programs = { tmux: "-V", vim: "--version", less: "--version", screen: "--version" } as const;

async function providePrograms(): Promise<void> {
  if ((await missingPrograms()).length === 0) return;
  if (process.getuid?.() === 0) await installWithApt(await missingPrograms());
  const missing = (await missingPrograms()).join(" ");
  if (missing !== "")
    process.stderr.write(
      `${missing}: missing; install with apt-get or brew: the tests that start what is not there fail\n`,
    );
}

async function missingPrograms(): Promise<readonly string[]> {
  const missing = await Promise.all(
    Object.entries(programs).map(([name, flag]) =>
      run(name, [flag]).then(
        () => [],
        () => [name], // not on PATH
      ),
    ),
  );
  return missing.flat();
}

async function installWithApt(names: readonly string[]): Promise<void> {
  const options = { timeout: 180_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const install = () => run("apt-get", ["install", "-y", "--no-install-recommends", ...names], options);
  try {
    // Without package lists (a fresh container) the first try finds nothing.
    await install().catch(async () => {
      await run("apt-get", ["update"], options);
      await install();
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`installing ${names.join(" ")} with apt: ${reason}\n`);
  }
}
