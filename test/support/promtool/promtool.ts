import { execFile } from "node:child_process";
import { access, chmod, copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { commandRunner, fromNewerSuite, type Run } from "@fleetbus/daemon/server";
import { beforeAll, beforeEach } from "vitest";
import { testCacheDir } from "../global-setup.ts";

/** What promtool says of a text of metrics: nothing where all is well. */
export type CheckMetrics = (text: string) => Promise<string>;

/**
 * Call it at the top of a test file: every test of the file is skipped, with the reason, where no promtool can be had. Under
 * CI that is a failure.
 */
export function usePromtool(): CheckMetrics {
  let path = "";
  let missing = "";
  beforeAll(async () => {
    const found = await findPromtool();
    if ("reason" in found) missing = found.reason;
    else path = found.path;
    if (path === "" && process.env["CI"] === "true") throw new Error(missing);
    if (path === "") process.stderr.write(`skipped: ${missing}\n`);
  }, 240_000);
  beforeEach((context) => context.skip(path === "", missing));
  return (text) => check(path, text);
}

/**
 * The one that `FLEET_PROMTOOL` names, on PATH, fetched earlier, or of Debian's package prometheus in this machine's own suite,
 * else of promtool in a newer one; neither is installed.
 */
async function findPromtool(): Promise<{ readonly path: string } | { readonly reason: string }> {
  const signal = AbortSignal.timeout(240_000);
  const run = commandRunner(process.env, signal);
  const kept = join(testCacheDir(process.env), "promtool", "promtool");
  for (const path of [process.env["FLEET_PROMTOOL"] ?? "", "promtool", kept])
    if (path !== "" && (await runs(path, run))) return { path };
  const own = await fromOwnSuite(kept, run);
  if ("path" in own) return own;
  const say = (text: string) => void process.stderr.write(`promtool, package promtool: ${text}\n`);
  const take = (binary: string) => keep(binary, kept, run);
  const found = await fromNewerSuite({ name: "promtool", take }, { run, say, signal });
  return "path" in found ? found : { reason: `no promtool: ${own.reason}; newer suites: ${found.detail}` };
}

async function fromOwnSuite(
  shelf: string,
  run: Run,
): Promise<{ readonly path: string } | { readonly reason: string }> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-promtool-"));
  const fetch = () =>
    run("sh", ["-c", 'cd "$1" && apt-get download prometheus && dpkg-deb -x *.deb out', "sh", folder]);
  try {
    let got = await fetch();
    // without package lists (a fresh container) the first try finds nothing
    if (!got.isOk && process.getuid?.() === 0 && (await run("apt-get", ["update"])).isOk) got = await fetch();
    if (!got.isOk) return { reason: `package prometheus: ${got.stderr.trim().split("\n").at(-1)}` };
    return await keep(join(folder, "out/usr/bin/promtool"), shelf, run);
  } catch (error) {
    return { reason: `package prometheus: ${String(error)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runs(path: string, run: Run): Promise<boolean> {
  return (await run(path, ["--version"])).isOk;
}

/** The file appears whole or not at all: several may fetch at once. */
async function keep(binary: string, shelf: string, run: Run): Promise<{ readonly path: string }> {
  await access(binary);
  await mkdir(dirname(shelf), { recursive: true });
  const staging = await mkdtemp(join(dirname(shelf), ".new-"));
  try {
    await copyFile(binary, join(staging, "promtool"));
    await chmod(join(staging, "promtool"), 0o755);
    if (!(await runs(join(staging, "promtool"), run))) throw new Error("it does not run on this machine");
    await rename(join(staging, "promtool"), shelf);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { path: shelf };
}

/** It ends with an error where the text is no metrics, or breaks a rule of their names. */
function check(path: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(path, ["check", "metrics"], { timeout: 20_000 }, (error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`.trim() || (error?.message ?? "")),
    );
    child.stdin?.end(text);
  });
}
