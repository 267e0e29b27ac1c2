// Runs a benchmark in a process and a folder of temporary files of its own, so that it ends whatever it does: by the folder all
// that it started is found, also daemons, which leave its process tree.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { endAll, ofFolder, waitsOf } from "../../test/support/processes.mjs";

const runner = fileURLToPath(new URL("./run-one.mjs", import.meta.url));
/** For its own last words. */
const graceMs = 1000;

/**
 * What it measured. Rejects where it fails or takes longer than `limitMs`; then what its processes wait in is told. In any
 * case nothing that it started lives on.
 * @param {{ name: string, file: string, count: number, limitMs: number, say(line: string): void, signal?: AbortSignal }} benchmark
 * @returns {Promise<readonly import("./report.mjs").Measured[]>}
 */
export async function supervise({ name, file, count, limitMs, say, signal }) {
  const folder = await mkdtemp(join(tmpdir(), "fleet-bench-"));
  const out = join(folder, "measured.json");
  try {
    const child = spawn(process.execPath, [runner, file, out, String(count), String(limitMs)], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "inherit", "pipe"],
    });
    createInterface({ input: child.stderr }).on("line", say);
    const why = await endOf(child, limitMs, signal);
    if (why === "no end") for (const each of ofFolder(folder)) say(waitsOf(each));
    if (why === "no end") throw new Error(`measuring ${name}: no end within ${limitMs / 1000} s`);
    if (why !== "exit 0") throw new Error(`measuring ${name}: ${why}`);
    return JSON.parse(await readFile(out, "utf8"));
  } finally {
    await endAll(() => ofFolder(folder));
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {number} limitMs
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>}
 */
function endOf(child, limitMs, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("no end"), limitMs + graceMs);
    const end = (/** @type {string} */ why) => {
      clearTimeout(timer);
      resolve(why);
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, by) => end(by === null ? `exit ${code}` : `ended by ${by}`));
    signal?.addEventListener("abort", () => end("the run was told to end"), { once: true });
  });
}
