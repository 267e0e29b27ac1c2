// One dockerd of a test run: its own data, socket and processes, gone with the run.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, createReadStream, existsSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const readyWithinMs = 30_000;
const stopWithinMs = 20_000;

/**
 * @typedef {object} Dockerd
 * @property {string} host As `DOCKER_HOST` takes it.
 * @property {(tarball: string, image: string) => Promise<void>} load Makes an image of a tarball of its files.
 * @property {() => Promise<void>} stop Ends it with everything in it and removes its folder.
 */

/**
 * Starts it; rejects with its last words where the kernel does not let it.
 * @param {string} path Where dockerd, containerd and runc are found.
 * @returns {Promise<Dockerd>}
 */
export async function startDockerd(path) {
  const folder = await mkdtemp(join(tmpdir(), "fleet-dockerd-"));
  const socket = join(folder, "docker.sock");
  const config = join(folder, "daemon.json");
  await writeFile(config, "{}"); // the machine's own settings are not for this one
  const log = openSync(join(folder, "log"), "w");
  // It ends with whoever started it, however that ends.
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "dockerd", ...flagsOf(folder, { socket, config })], {
    env: { ...process.env, PATH: path },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const stop = () => end(child, folder);
  child.once("error", () => undefined); // told by the wait below
  try {
    await untilReady(child, socket);
  } catch (error) {
    const said = await readFile(join(folder, "log"), "utf8").catch(() => "");
    await stop();
    throw new Error(`starting dockerd: ${error.message}\n${lastWords(said)}`);
  }
  return { host: `unix://${socket}`, load: (tarball, image) => load(socket, tarball, image), stop };
}

/**
 * Why containers do not run on this kernel; undefined where they do. A dockerd that starts is not enough: a container
 * needs namespaces of its own, and its network a bridge.
 * @param {string} path
 * @returns {Promise<string | undefined>}
 */
export async function whyNoDockerd(path) {
  try {
    await run("unshare", ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--mount-proc", "true"]);
    const dockerd = await startDockerd(path);
    await makeNetwork(dockerd.host.slice("unix://".length)).finally(() => dockerd.stop());
    return undefined;
  } catch (error) {
    return error.stderr?.trim() || error.message;
  }
}

async function makeNetwork(socket) {
  const create = { path: "/networks/create", method: "POST", type: "application/json" };
  const made = await ask(socket, { ...create, body: Readable.from(['{"Name":"probe"}']) });
  if (made.status !== 201) throw new Error(`making a network: ${made.status} ${made.text}`);
  await ask(socket, { path: "/networks/probe", method: "DELETE" });
}

/** Containers reach each other and nothing else, so this machine's firewall and routes stay as they are. */
function flagsOf(folder, { socket, config }) {
  return [
    ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")],
    ...["--host", `unix://${socket}`, "--group", "0", "--pidfile", join(folder, "pid")],
    ...["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"],
    ...["--userland-proxy=false", "--log-level=warn", "--config-file", config],
  ];
}

async function untilReady(child, socket) {
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
      throw new Error("it ended at once");
    if (existsSync(socket) && (await hasAnswered(socket))) return;
    await sleep(50);
  }
  throw new Error(`no answer within ${readyWithinMs / 1000} s`);
}

async function hasAnswered(socket) {
  return ask(socket, { path: "/_ping" }).then(
    ({ status }) => status === 200,
    () => false, // not yet
  );
}

async function load(socket, tarball, image) {
  const [repo, tag] = image.split(":");
  const path = `/images/create?fromSrc=-&repo=${repo}&tag=${tag}`;
  const { status, text } = await ask(socket, { path, method: "POST", body: createReadStream(tarball) });
  if (status !== 200 || text.includes('"error"')) throw new Error(`making image ${image}: ${status} ${text}`);
}

/** One request; resolves when the answer is read to its end. */
function ask(socketPath, { path, method = "GET", body, type = "application/x-tar" }) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": type };
    const signal = AbortSignal.timeout(120_000);
    const sent = request({ socketPath, path, method, headers, signal }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () =>
        resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.once("error", reject);
    if (body === undefined) sent.end();
    else body.pipe(sent);
  });
}

async function end(child, folder) {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const isLate = await Promise.race([gone.then(() => false), sleep(stopWithinMs, true, { ref: false })]);
    if (isLate) child.kill("SIGKILL");
    await gone;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

function lastWords(log) {
  return log.trim().split("\n").slice(-5).join("\n");
}
