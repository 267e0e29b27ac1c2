// Taking samples: alternatives take turns, so that a drift of the machine meets all of them alike.
import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

/**
 * One thing that can be timed: does it once and resolves to its milliseconds.
 * @typedef {() => Promise<number>} Sampler
 */

/**
 * Runs every sampler `count` times, one after the other in turns.
 * @param {Readonly<Record<string, Sampler>>} samplers
 * @param {number} count
 * @returns {Promise<Record<string, number[]>>} the samples of each, in milliseconds
 */
export async function inTurns(samplers, count) {
  const entries = Object.entries(samplers);
  /** @type {Record<string, number[]>} */
  const samples = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    for (const [name, sampler] of entries) samples[name]?.push(await sampler());
  }
  return samples;
}

/**
 * Times `work`.
 * @param {() => Promise<unknown>} work
 * @returns {Promise<number>} milliseconds
 */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Wall time of a process from spawn to exit; rejects when it exits with anything but `code`.
 * @param {readonly [string, ...string[]]} argv
 * @param {{ env?: NodeJS.ProcessEnv, input?: string, code?: number, cwd?: string }} [options]
 * @returns {Promise<number>} milliseconds
 */
export function timedProcess([file, ...args], { env = process.env, input, code = 0, cwd } = {}) {
  return timed(
    () =>
      new Promise((resolve, reject) => {
        const child = spawn(file, args, {
          env,
          cwd,
          stdio: [input === undefined ? "ignore" : "pipe", "ignore", "pipe"],
        });
        let stderr = "";
        child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
        child.once("error", reject);
        child.once("close", (status) =>
          status === code
            ? resolve(undefined)
            : reject(new Error(`running ${file} ${args.join(" ")}: exit ${status}: ${stderr}`)),
        );
        child.stdin?.end(input);
      }),
  );
}

/**
 * The value below which `share` of the samples lie.
 * @param {readonly number[]} samples
 * @param {number} share 0.5 for the median
 */
export function percentile(samples, share) {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
