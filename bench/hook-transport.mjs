// What a hook adds to its agent's wall time, by transport: from spawn to exit, the payload on stdin and the answer read.
// A stand-in that answers at once takes the daemon's place, in a process of its own, so that the rows tell transports apart.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderClient } from "@fleetbus/hooks";
import { inTurns, timed, timedProcess } from "./support/measure.mjs";

const event = ["claude", "PostToolUse"];
const usual = payload(600);
const large = payload(100_000);

/** DESIGN §12. */
const budget = { ratioP50: 4, ratioP95: 6 };

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-hooks-"));
  const daemon = await startStandIn();
  const agent = new Agent({ keepAlive: true });
  try {
    const up = await clients(folder, "up", daemon.port);
    const down = await clients(folder, "down", await freePort());
    const samplers = {
      true: () => timedProcess(["/bin/true"]),
      node: () => timedProcess([process.execPath, "-e", "0"]),
      client: () => timedProcess([up.bash, ...event], { input: usual }),
      clientLarge: () => timedProcess([up.bash, ...event], { input: large }),
      clientInShell: () =>
        timedProcess(["/bin/sh", "-c", `'${up.bash}' ${event.join(" ")}`], { input: usual }),
      clientNoDaemon: () => timedProcess([down.bash, ...event], { input: usual }),
      curl: () => timedProcess([up.curl, ...event], { input: usual }),
      curlNoDaemon: () => timedProcess([down.curl, ...event], { input: usual }),
      nodePost: () => timedProcess([process.execPath, "-e", nodeClient(daemon.port)], { input: usual }),
      http: () => timed(() => post(agent, daemon.port, usual)),
    };
    await inTurns(samplers, 5);
    return rows(await inTurns(samplers, count));
  } finally {
    agent.destroy();
    daemon.process.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {Record<string, number[]>} samples */
function rows(samples) {
  const against = (/** @type {string} */ key) => ({
    name: key === "true" ? "`/bin/true`" : "`node -e 0`",
    samples: samples[key] ?? [],
  });
  /** @type {readonly (readonly [string, string, string, string, object])[]} */
  const table = [
    ["hook-client", "client", "hook by the tiny client", "true", { budget }],
    ["hook-client-100k", "clientLarge", "hook by the tiny client, a payload of 100 KB", "true", {}],
    ["hook-client-no-daemon", "clientNoDaemon", "hook by the tiny client, daemon down", "true", { budget }],
    ["hook-client-in-shell", "clientInShell", "hook by the tiny client, started by sh", "true", {}],
    ["hook-client-node", "client", "hook by the tiny client", "node", {}],
    ["hook-curl", "curl", "hook by sh and curl (macOS)", "true", {}],
    ["hook-curl-no-daemon", "curlNoDaemon", "hook by sh and curl, daemon down", "true", {}],
    ["hook-node", "nodePost", "hook by a Node script", "node", {}],
    ["hook-http", "http", "hook over HTTP from the running CLI, no process", "true", { budget: { p50: 3 } }],
  ];
  return table.map(([name, key, what, reference, rest]) => ({
    name,
    what,
    unit: /** @type {const} */ ("ms"),
    samples: samples[key] ?? [],
    reference: against(reference),
    ...rest,
  }));
}

/**
 * Both clients, pointed at a port.
 * @param {string} root
 * @param {string} name
 * @param {number} port
 */
async function clients(root, name, port) {
  const folder = join(root, name);
  const places = { endpointFile: join(folder, "endpoint"), dropDir: join(folder, "drop") };
  await mkdir(places.dropDir, { recursive: true });
  await writeFile(places.endpointFile, `port=${port}\ntoken=bench\n`);
  const files = { bash: join(folder, "fleet-hook-bash"), curl: join(folder, "fleet-hook-curl") };
  await writeFile(files.bash, renderClient({ ...places, bash: "/bin/bash" }));
  await writeFile(files.curl, renderClient(places));
  await Promise.all([chmod(files.bash, 0o755), chmod(files.curl, 0o755)]);
  return files;
}

async function startStandIn() {
  const source = `require("node:http").createServer((request, response) => {
    request.resume().on("end", () => response.end('{"hookSpecificOutput":{}}'));
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;
  const child = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(child.stdout, "data");
  return { process: child, port: Number(line) };
}

/** A port that nothing listens on any more. */
async function freePort() {
  const { process: child, port } = await startStandIn();
  child.kill("SIGKILL");
  await once(child, "close");
  return port;
}

/** @param {number} port */
function nodeClient(port) {
  return `const body = require("node:fs").readFileSync(0);
    require("node:http").request({ port: ${port}, method: "POST", path: "/v1/hook/claude/PostToolUse" }, (response) => {
      response.pipe(process.stdout);
    }).end(body);`;
}

/**
 * @param {Agent} agent
 * @param {number} port
 * @param {string} body
 * @returns {Promise<void>}
 */
function post(agent, port, body) {
  return new Promise((resolve, reject) => {
    const path = "/v1/hook/claude/PostToolUse";
    request({ agent, port, host: "127.0.0.1", method: "POST", path }, (response) => {
      response.resume().once("end", resolve);
    })
      .once("error", reject)
      .end(body);
  });
}

/** @param {number} bytes */
function payload(bytes) {
  return JSON.stringify({
    session_id: "bench",
    hook_event_name: "PostToolUse",
    tool_response: "x".repeat(bytes),
  });
}
