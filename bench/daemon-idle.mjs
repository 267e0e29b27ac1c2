// What a daemon costs that has nothing to do: CPU and memory with 10, 100 and 1000 idle sessions as CLIs make them.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { startFleet, usageOf } from "./support/fleet.mjs";
import { benchSessions } from "./support/sessions.mjs";

const sizes = [10, 100, 1000];
/** One sample is the CPU share of the last four seconds; a new one is taken every 100 ms. */
const windowMs = 4000;
const stepMs = 100;
const settleMs = 5000;
const cpuBudgets = new Map([
  [10, 0.2],
  [1000, 1],
]);

/**
 * @param {{ count: number }} options
 * @returns {Promise<import("./support/report.mjs").Measured[]>}
 */
export async function measure({ count }) {
  const fleet = await startFleet();
  const sessions = benchSessions(fleet);
  const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 100)"], { stdio: "ignore" });
  try {
    const { pid } = await fleet.status();
    const measured = [];
    for (const size of sizes) {
      await sessions.grow(size);
      await sleep(settleMs);
      measured.push(...rowsOf(size, await watch({ daemon: pid, bare: bare.pid ?? 0 }, count)));
    }
    return measured;
  } finally {
    sessions.end();
    bare.kill("SIGKILL");
    await fleet.stop();
  }
}

/**
 * @typedef {{ cpu: number[], rss: number[] }} Usage CPU in percent of a core, memory in MB
 * @param {{ daemon: number, bare: number }} pids
 * @param {number} count
 * @returns {Promise<{ daemon: Usage, bare: Usage }>}
 */
async function watch(pids, count) {
  const steps = [];
  for (let index = 0; index < count + windowMs / stepMs; index += 1) {
    steps.push({ at: performance.now(), daemon: await usageOf(pids.daemon), bare: await usageOf(pids.bare) });
    await sleep(stepMs);
  }
  return { daemon: usageIn(steps, "daemon"), bare: usageIn(steps, "bare") };
}

/**
 * @typedef {{ cpuMs: number, rssMb: number }} Point
 * @param {readonly { at: number, daemon: Point, bare: Point }[]} steps
 * @param {"daemon" | "bare"} name
 * @returns {Usage}
 */
function usageIn(steps, name) {
  const ends = steps.slice(windowMs / stepMs);
  const cpu = ends.map((end, index) => {
    const start = steps[index] ?? end;
    return ((end[name].cpuMs - start[name].cpuMs) / (end.at - start.at)) * 100;
  });
  return { cpu, rss: ends.map((end) => end[name].rssMb) };
}

/**
 * @param {number} size
 * @param {{ daemon: Usage, bare: Usage }} usage
 * @returns {import("./support/report.mjs").Measured[]}
 */
function rowsOf(size, { daemon, bare }) {
  const budget = cpuBudgets.get(size);
  return [
    {
      name: `daemon-idle-cpu-${size}`,
      what: `daemon CPU with ${size} idle sessions`,
      unit: "% of a core",
      samples: daemon.cpu,
      reference: { name: "a node with ten ticks a second", samples: bare.cpu },
      ...(budget === undefined ? {} : { budget: { p50: budget } }),
    },
    {
      name: `daemon-idle-rss-${size}`,
      what: `daemon memory with ${size} idle sessions`,
      unit: "MB",
      samples: daemon.rss,
      reference: { name: "the same node", samples: bare.rss },
      ...(size === 100 ? { budget: { p50: 150 } } : {}),
    },
  ];
}
