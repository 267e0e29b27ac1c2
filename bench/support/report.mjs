// From samples to rows: what docs/BENCHMARKS.md shows and what CI compares.
import { percentile } from "./measure.mjs";

/**
 * What a benchmark hands over: samples of one thing and of the reference that ran in turns with it.
 * @typedef {object} Measured
 * @property {string} name stable; the key for comparing
 * @property {string} what the row's text
 * @property {"ms" | "% of a core" | "MB" | "µs/message"} unit
 * @property {readonly number[]} samples
 * @property {{ readonly name: string, readonly samples: readonly number[] }} reference
 * @property {Limits} [budget] upper limits
 */

/** @typedef {{ readonly p50?: number, readonly p95?: number, readonly ratioP50?: number, readonly ratioP95?: number }} Limits */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} what
 * @property {string} unit
 * @property {number} count how many samples
 * @property {number} p50
 * @property {number} p95
 * @property {{ name: string, p50: number, p95: number }} reference
 * @property {number} ratioP50 p50 over the reference's p50
 * @property {number} ratioP95
 * @property {Limits} [budget]
 */

/**
 * @param {Measured} measured
 * @returns {Row}
 */
export function rowOf({ name, what, unit, samples, reference, budget }) {
  const p50 = percentile(samples, 0.5);
  const p95 = percentile(samples, 0.95);
  const base = {
    name: reference.name,
    p50: percentile(reference.samples, 0.5),
    p95: percentile(reference.samples, 0.95),
  };
  return {
    name,
    what,
    unit,
    count: samples.length,
    p50: rounded(p50),
    p95: rounded(p95),
    reference: { name: base.name, p50: rounded(base.p50), p95: rounded(base.p95) },
    ratioP50: rounded(p50 / base.p50),
    ratioP95: rounded(p95 / base.p95),
    ...(budget === undefined ? {} : { budget }),
  };
}

/**
 * Limits of the budget that a row exceeds, as text.
 * @param {Row} row
 */
export function overBudget(row) {
  const limits = Object.entries(row.budget ?? {});
  return limits
    .filter(([key, limit]) => row[/** @type {keyof Limits} */ (key)] > limit)
    .map(
      ([key, limit]) =>
        `${row.name}: ${key} ${row[/** @type {keyof Limits} */ (key)]} is over its budget of ${limit}`,
    );
}

/**
 * Why a row is worse than the committed one, or undefined. Only the median's ratio is compared: it is what moves with the
 * code; absolute times and tails move with the machine.
 * @param {Row} row
 * @param {Row | undefined} committed
 * @param {number} tolerance how many times the committed ratio is still accepted
 */
export function regression(row, committed, tolerance) {
  if (committed === undefined) return `${row.name}: no committed ratio to compare with`;
  const limit = committed.ratioP50 * tolerance;
  if (row.ratioP50 <= limit) return undefined;
  return `${row.name}: ratio ${row.ratioP50} to ${row.reference.name}, committed ${committed.ratioP50}, accepted to ${rounded(limit)}`;
}

/**
 * docs/BENCHMARKS.md.
 * @param {{ readonly machine: string, readonly rows: readonly Row[] }} baseline
 */
export function renderBenchmarks({ machine, rows }) {
  const head = [
    "# Benchmarks",
    "",
    "Generated from `bench/baseline.json`; `npm run bench -- --commit` measures and writes both.",
    `Seen on: ${machine}. Read the ratios: each comes from one run in which both sides took turns.`,
    "CI measures again and compares the ratio of the medians with the committed one.",
    "",
    "| what | unit | samples | p50 | p95 | against | its p50 | its p95 | ratio p50 | ratio p95 | budget |",
    "|---|---|--:|--:|--:|---|--:|--:|--:|--:|---|",
  ];
  return [...head, ...rows.map(line), ""].join("\n");
}

/** @param {Row} row */
function line(row) {
  const cells = [
    row.what,
    row.unit,
    row.count,
    row.p50,
    row.p95,
    row.reference.name,
    row.reference.p50,
    row.reference.p95,
    row.ratioP50,
    row.ratioP95,
    budgetText(row),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** @param {Row} row */
function budgetText(row) {
  const limits = Object.entries(row.budget ?? {}).map(([key, limit]) => `${key} ≤ ${limit}`);
  if (limits.length === 0) return "";
  return `${limits.join(", ")}: ${overBudget(row).length === 0 ? "met" : "**missed**"}`;
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(3));
}
