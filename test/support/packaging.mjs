// What is published, looked at from outside: tarballs into an empty folder, the command, the README's adapter, a running fleet.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pathsOf } from "@fleetbus/core";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const version = JSON.parse(await readFile(join(root, "packages/cli/package.json"), "utf8")).version;

const folder = await mkdtemp(join(tmpdir(), "fleet-packaging-"));
const home = join(folder, "home");
const env = {
  ...process.env,
  FLEET_HOME: home,
  FLEET_MACHINE: "lab",
  FLEET_CACHE: join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "fleet-test"),
};
const paths = pathsOf(env);

try {
  await check("npm pack makes five packages without tests in them", pack);
  await check("they install together into an empty folder", install);
  await check("npx fleet version says their version", showVersion);
  await check("the README's adapter passes adapterConformance", conform);
  await check("named by its path in fleet.toml, it receives events", receive);
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function check(what, work) {
  const begin = performance.now();
  const seen = await work();
  process.stdout.write(`ok: ${what}: ${seen} (${((performance.now() - begin) / 1000).toFixed(1)} s)\n`);
}

async function pack() {
  await mkdir(join(folder, "tarballs"));
  const args = ["pack", "--workspaces", "--json", "--pack-destination", join(folder, "tarballs")];
  const { stdout } = await run("npm", args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const packed = Object.values(JSON.parse(stdout));
  if (packed.length !== 5) throw new Error(`packing: ${packed.length} packages`);
  for (const { name, files } of packed) {
    const paths = files.map((file) => file.path);
    const own = paths.filter((path) => !path.startsWith("templates/")); // an adapter's package is made with its tests
    const tests = own.filter((path) => path.includes(".test.") || path.endsWith(".tsbuildinfo"));
    if (tests.length > 0) throw new Error(`packing ${name}: it holds ${tests.join(", ")}`);
    if (name === "fleetbus" && own.length === paths.length) throw new Error(`packing ${name}: no templates`);
    if (!paths.some((path) => path.startsWith("dist/"))) throw new Error(`packing ${name}: nothing is built`);
  }
  return packed.map(({ name, size }) => `${name} ${Math.round(size / 1000)} kB`).join(", ");
}

async function install() {
  const names = await readdir(join(folder, "tarballs"));
  const tarballs = names.map((name) => join(folder, "tarballs", name));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const { stdout } = await run(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs],
    { cwd: folder },
  );
  return stdout.trim();
}

async function showVersion() {
  const { stdout } = await run("npx", ["--no-install", "fleet", "version"], { cwd: folder, env });
  if (!stdout.includes(version)) throw new Error(`fleet version says "${stdout}", the package ${version}`);
  return stdout.trim().split("\n")[0];
}

async function conform() {
  const readme = await readFile(join(root, "packages/core/README.md"), "utf8");
  const adapter = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
  if (adapter === undefined) throw new Error("reading packages/core/README.md: it shows no adapter");
  await writeFile(join(folder, "post.mjs"), adapter);
  await cp(join(root, "test/support/packaging/conformance.test.mjs"), join(folder, "conformance.test.mjs"));
  const args = ["--test", "--test-reporter=tap", "conformance.test.mjs"];
  const { stdout } = await run(process.execPath, args, { cwd: folder }).catch(({ stdout: said }) => {
    throw new Error(said);
  });
  const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1]);
  if (!(passed > 8)) throw new Error(stdout);
  return `${passed} cases, ${adapter.trim().split("\n").length} lines`;
}

async function receive() {
  const events = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    events.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    response.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  const config = [
    "[[adapter]]",
    'name = "listener"',
    `type = "${join(folder, "post.mjs")}"`,
    `url = "${url}"`,
    `allow_private = ["${new URL(url).host}"]`,
    'on = ["session.started"]',
  ];
  await mkdir(dirname(paths.configFile), { recursive: true });
  await writeFile(paths.configFile, `${config.join("\n")}\n`);
  const fleet = (...args) =>
    run("npx", ["--no-install", "fleet", ...args], { cwd: folder, env, timeout: 180_000 });
  try {
    await fleet("up");
    await tellHook({
      hook_event_name: "SessionStart",
      session_id: "outside-1",
      cwd: folder,
      source: "startup",
    });
    await until(() => events.length > 0);
    return `${events[0].kind} of ${events[0].from.machine}/${events[0].from.session}`;
  } finally {
    await fleet("down");
    server.closeAllConnections();
    server.close();
  }
}

/** One hook, as the client sends it. */
async function tellHook(payload) {
  const text = await readFile(paths.endpointFile, "utf8");
  const { port, token } = Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split("=")),
  );
  const answer = await fetch(`http://127.0.0.1:${port}/v1/hook/claude/SessionStart`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "x-fleet-pid": String(process.pid),
    },
    body: JSON.stringify(payload),
  });
  if (!answer.ok) throw new Error(`telling a hook: ${answer.status} ${await answer.text()}`);
}

async function until(isTrue) {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error("waiting for the adapter: nothing arrived within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
