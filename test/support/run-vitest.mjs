// One run of vitest: what it printed, and the report that it wrote. It ends, whatever its tests do.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endAll, stillThere, tree, waitsOf } from "./processes.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vitest = join(root, "node_modules/vitest/vitest.mjs");

/**
 * Whether the suite passed, and all that it printed. One that runs for longer than `limitMs` has failed: what its processes
 * wait in is told, and all below it are ended.
 */
export async function runVitest(args, { isShownAtOnce = true, env = {}, limitMs }) {
  const child = spawn(process.execPath, [vitest, "run", "--root", root, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...cleanEnvironment(), ...colours(), ...env },
  });
  const printed = [];
  const print = (chunk) => {
    printed.push(chunk);
    if (isShownAtOnce) process.stdout.write(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", print);
  const code = await endOf(child, { limitMs, say: (line) => print(Buffer.from(`${line}\n`)) });
  const output = Buffer.concat(printed);
  if (!isShownAtOnce) process.stdout.write(output);
  return { isGood: code === 0, output: output.toString() };
}

/** Its code; undefined where it was ended. */
async function endOf(child, { limitMs, say }) {
  const closed = new Promise((resolve) => child.once("close", resolve));
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, limitMs, "late")));
  const code = await Promise.race([closed, late]);
  clearTimeout(timer);
  if (code !== "late") return code;
  const left = tree(child.pid);
  say(`ended after ${limitMs / 60_000} minutes, its limit; its processes wait in:`);
  for (const each of left) say(`  ${waitsOf(each)}`);
  await endAll(() => stillThere(left));
  // Whoever left the tree may still hold the pipes.
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  return undefined;
}

/** The pipe to us would take them away from a reader at a terminal. */
function colours() {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined ? { FORCE_COLOR: "1" } : {};
}

/** Without what a surrounding session, fleet or terminal multiplexer would lend to the tests. */
function cleanEnvironment() {
  const isKept = (name) => /^FLEET_(TEST_|NATS_SERVER$)/.test(name);
  const isForeign = (name) => /^(FLEET_|CLAUDE|ANTHROPIC_|TMUX)/.test(name) && !isKept(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
}

/** A JSON report; undefined where a suite crashed before it could write one. */
export function reportAt(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
