// The processes of this machine: which belong to a run, what they wait in, and their end. Says nothing where the system does
// not tell (macOS: no environments, no threads).
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * @typedef {object} Process
 * @property {number} pid
 * @property {number} parent
 * @property {string} started tells it from another one under the same pid
 * @property {string} argv
 */

/** @returns {readonly Process[]} all that live */
export function processes() {
  return process.platform === "linux" ? inProc() : byPs();
}

/**
 * A process and all below it.
 * @param {number} pid
 * @param {readonly Process[]} [all]
 * @returns {readonly Process[]}
 */
export function tree(pid, all = processes()) {
  const own = all.filter((each) => each.pid === pid);
  return [...own, ...all.filter(({ parent }) => parent === pid).flatMap((each) => tree(each.pid, all))];
}

/**
 * Those that a folder's name stands in: in the command line, or in the environment that they were started with.
 * @param {string} folder
 * @returns {readonly Process[]}
 */
export function ofFolder(folder) {
  return processes().filter(
    ({ pid, argv }) =>
      pid !== process.pid && (argv.includes(folder) || textOf(`/proc/${pid}/environ`).includes(folder)),
  );
}

/**
 * One line of what each of its threads waits in; equal ones are counted.
 * @param {Process} process_
 */
export function waitsOf({ pid, argv }) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const thread of namesIn(`/proc/${pid}/task`)) {
    const at = `/proc/${pid}/task/${thread}`;
    const stat = textOf(`${at}/stat`);
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    const text = `${textOf(`${at}/comm`).trim()} ${state} ${textOf(`${at}/wchan`) || "?"}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const threads = [...counts].map(([text, count]) => (count === 1 ? text : `${text} × ${count}`));
  const named = argv.replaceAll(/\S*\/node_modules\//g, "").slice(0, 120);
  return `pid ${pid} (${named}): ${threads.join(", ") || "its threads are not told"}`;
}

/**
 * Ends them by SIGKILL, and whoever they start meanwhile; resolves when they are gone.
 * @param {() => readonly Process[]} list those that live now
 */
export async function endAll(list) {
  for (let living = list(), round = 0; living.length > 0 && round < 100; living = list(), round += 1) {
    for (const { pid } of living) kill(pid);
    await sleep(50);
  }
}

/** @param {readonly Process[]} seen those of them that live, and are not others under the same pid */
export function stillThere(seen) {
  const now = processes();
  return seen.filter((one) => now.some(({ pid, started }) => pid === one.pid && started === one.started));
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone meanwhile
  }
}

function inProc() {
  return namesIn("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = textOf(`/proc/${name}/stat`);
      const [state = "X", parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (stat === "" || /[ZX]/.test(state)) return [];
      const argv = textOf(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
      return [{ pid: Number(name), parent: Number(parent), started: rest[17] ?? "", argv }];
    });
}

function byPs() {
  const listed = execFileSync("ps", ["-axww", "-o", "pid=,ppid=,lstart=,args="], {
    encoding: "utf8",
    timeout: 10_000,
  });
  return listed.split("\n").flatMap((line) => {
    const [, pid, parent, started = "", argv = ""] =
      /^\s*(\d+)\s+(\d+)\s+((?:\S+\s+){4}\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), started, argv }];
  });
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // gone, or no Linux
  }
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return ""; // gone, another user's, or no Linux
  }
}
