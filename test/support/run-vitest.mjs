// One run of vitest: what it printed, and the report that it wrote.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vitest = join(root, "node_modules/vitest/vitest.mjs");

/** Whether the suite passed, and all that it printed. */
export async function runVitest(args, { isShownAtOnce = true, env = {} } = {}) {
  const child = spawn(process.execPath, [vitest, "run", "--root", root, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...cleanEnvironment(), ...colours(), ...env },
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      printed.push(chunk);
      if (isShownAtOnce) process.stdout.write(chunk);
    });
  const code = await new Promise((resolve) => child.once("close", resolve));
  const output = Buffer.concat(printed);
  if (!isShownAtOnce) process.stdout.write(output);
  return { isGood: code === 0, output: output.toString() };
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
