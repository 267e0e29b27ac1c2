// A fleet of a benchmark's own: its folder, its daemon, its server. Everything ends with `stop`.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pathsOf } from "@fleetbus/core";
import { pending } from "./pending.mjs";

const run = promisify(execFile);

/** The command as it is installed. */
export const fleetBin = fileURLToPath(new URL("../../packages/cli/bin/fleet.mjs", import.meta.url));

/**
 * @typedef {object} BenchFleet
 * @property {string} home
 * @property {NodeJS.ProcessEnv} env in which its commands run
 * @property {import("@fleetbus/core").Paths} paths
 * @property {(...args: string[]) => Promise<string>} fleet runs `fleet …` and resolves to its stdout
 * @property {(path: string, body: unknown, headers?: Record<string, string>) => Promise<string>} post asks the daemon over its socket
 * @property {(path: string) => Promise<string>} get asks the daemon over its socket
 * @property {() => Promise<any>} status
 * @property {() => Promise<void>} stop
 */

/** Budgets that no benchmark should meet: they are for storms. */
const generous = '[wake]\nper_session = "1000000/h"\nfleet = "1000000/h"\n[policy]\nper_pair = "1000000/m"\n';

/**
 * Starts a daemon with its own server.
 * @param {{ config?: string }} [options]
 * @returns {Promise<BenchFleet>}
 */
export async function startFleet({ config = generous } = {}) {
  const home = await mkdtemp(join(tmpdir(), "fleet-bench-"));
  const env = environment(home);
  const paths = pathsOf(env);
  await mkdir(join(paths.configFile, ".."), { recursive: true });
  await writeFile(paths.configFile, config, { mode: 0o600 });
  const fleet = async (/** @type {string[]} */ ...args) => {
    const command = run(process.execPath, [fleetBin, ...args], { env, timeout: commandMs });
    return (await pending(`fleet ${args.join(" ")}`, command)).stdout;
  };
  const stop = async () => {
    await fleet("down").catch((error) => process.stderr.write(`stopping ${home}: ${String(error)}\n`));
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await fleet("up");
  } catch (error) {
    await stop();
    throw error;
  }
  const status = async () => JSON.parse(await fleet("status", "--json"));
  /** @type {BenchFleet["post"]} */
  const post = (path, body, headers = {}) =>
    request(paths.socketFile, { method: "POST", path, body: JSON.stringify(body), headers });
  const get = (/** @type {string} */ path) =>
    request(paths.socketFile, { method: "GET", path, body: "", headers: {} });
  return { home, env, paths, fleet, post, get, status, stop };
}

/**
 * Without what a surrounding session or multiplexer would lend; nats-server comes from the cache that the tests use too.
 * @param {string} home
 * @returns {NodeJS.ProcessEnv}
 */
function environment(home) {
  const own = Object.entries(process.env).filter(([name]) => !/^(FLEET_|CLAUDE|ANTHROPIC_|TMUX)/.test(name));
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "fleet-test");
  const server = process.env["FLEET_NATS_SERVER"];
  return {
    ...Object.fromEntries(own),
    HOME: home,
    FLEET_HOME: home,
    FLEET_MACHINE: "lab",
    FLEET_CACHE: cache,
    ...(server === undefined ? {} : { FLEET_NATS_SERVER: server }),
  };
}

/** A start may have to fetch a server. */
const commandMs = 200_000;
/** Longest silence of a daemon that is asked; it answers in milliseconds. */
const quietMs = 60_000;

/**
 * One HTTP request over a unix socket; resolves to the body, rejects on a status of 400 and more, and after a silence.
 * @param {string} socketFile
 * @param {{ method: string, path: string, body: string, headers: Record<string, string> }} request
 * @returns {Promise<string>}
 */
function request(socketFile, { method, path, body, headers }) {
  const all = { host: "fleet", connection: "close", "content-type": "application/json", ...headers };
  const head = Object.entries({ ...all, "content-length": String(Buffer.byteLength(body)) });
  const asked = new Promise((resolve, reject) => {
    const socket = connect(socketFile);
    socket.setTimeout(quietMs, () =>
      socket.destroy(new Error(`asking ${path}: no answer within ${quietMs / 1000} s`)),
    );
    /** @type {Buffer[]} */
    const chunks = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("error", reject);
    socket.once("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      if (/^HTTP\/1\.1 [23]/.test(text)) resolve(text.slice(text.indexOf("\r\n\r\n") + 4));
      else reject(new Error(`asking ${path}: ${text.slice(0, 500)}`));
    });
    socket.write(
      `${method} ${path} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`,
    );
  });
  return pending(`the answer to ${path}`, asked);
}

/**
 * CPU time that a process has used so far, all threads, and its resident memory (Linux).
 * @param {number} pid
 * @returns {Promise<{ cpuMs: number, rssMb: number }>}
 */
export async function usageOf(pid) {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map((thread) => runTimeOf(`/proc/${pid}/task/${thread}/schedstat`)),
  );
  const pages = Number((await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1]);
  return { cpuMs: times.reduce((sum, time) => sum + time, 0), rssMb: (pages * 4096) / 1e6 };
}

/** @param {string} file */
async function runTimeOf(file) {
  const text = await readFile(file, "utf8").catch(() => "0"); // the thread has ended
  return Number(text.split(" ")[0]) / 1e6;
}
