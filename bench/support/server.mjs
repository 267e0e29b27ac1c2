// A nats-server of a benchmark's own: loopback, free port, its own store, as durable as the managed one.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findServer } from "@fleetbus/daemon/server";

/**
 * @returns {Promise<{ url: string, pid: number, stop(): Promise<void> }>}
 */
export async function startPlainServer() {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-server-"));
  const config = join(folder, "server.conf");
  await writeFile(config, `jetstream { store_dir: "${folder}/store", sync_interval: always }\n`);
  const args = ["-c", config, "-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", folder];
  const child = spawn(await serverBinary(), args, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url: await urlOf(folder), pid: child.pid ?? 0, stop };
}

/** The nats-server that fleet itself would take; FLEET_NATS_SERVER names one. */
export async function serverBinary() {
  const named = process.env["FLEET_NATS_SERVER"];
  if (named !== undefined) return named;
  const found = await findServer({
    paths: {
      cacheDir: join(
        process.env["XDG_CACHE_HOME"] ?? join(process.env["HOME"] ?? "", ".cache"),
        "fleet-test",
      ),
    },
    env: process.env,
    progress: () => {},
    signal: AbortSignal.timeout(180_000),
    fetch,
  });
  return found.path;
}

/** @param {string} folder */
async function urlOf(folder) {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const name = (await readdir(folder)).find((entry) => entry.endsWith(".ports"));
    const text = name === undefined ? "" : await readFile(join(folder, name), "utf8");
    if (text !== "") return JSON.parse(text).nats[0];
    await sleep(10);
  }
  throw new Error(`starting nats-server in ${folder}: no ports file within 10 s`);
}
