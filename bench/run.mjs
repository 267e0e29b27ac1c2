// Measures and prints; each benchmark is a module that exports `measure({ count })` and gives a list of `Measured`.
//   node bench/run.mjs [name…]              measure, write bench/out/<name>.json, print the rows
//   node bench/run.mjs --compare [name…]    … and fail where a ratio is much worse than the committed one
//   node bench/run.mjs --commit [name…]     … and write them to bench/baseline.json and docs/BENCHMARKS.md
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { overBudget, regression, rowOf } from "./support/report.mjs";
import { supervise } from "./support/supervise.mjs";

/** @typedef {import("./support/report.mjs").Row} Row */

const here = fileURLToPath(new URL(".", import.meta.url));
const baselineFile = join(here, "baseline.json");
// Machines are shared and noisy: what is caught is a change of kind, not of degree.
const tolerance = 3;
// The longest takes under two minutes on two cores that others use too.
const limitMs = 240_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    compare: { type: "boolean", default: false },
    commit: { type: "boolean", default: false },
    count: { type: "string", default: "200" },
  },
});

const stopping = new AbortController();
for (const name of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
  process.on(name, () => stopping.abort(new Error(`measuring: ended by ${name}`)));
process.exitCode = await main();

async function main() {
  const names = positionals.length > 0 ? positionals : benchmarks();
  const { rows, failures } = await measureAll(names);
  for (const row of rows) process.stdout.write(`${textOf(row)}\n`);
  for (const text of rows.flatMap(overBudget)) process.stdout.write(`over budget: ${text}\n`);
  if (values.commit && failures.length === 0) await commit(rows);
  const compared = values.compare ? await compare(rows) : 0;
  for (const text of failures) process.stdout.write(`failed: ${text}\n`);
  return failures.length > 0 ? 1 : compared;
}

/**
 * One that fails is told, and the next one runs.
 * @param {readonly string[]} names
 */
async function measureAll(names) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {string[]} */
  const failures = [];
  for (const name of names) {
    if (stopping.signal.aborted) break;
    await runOne(name).then(
      (measured) => rows.push(...measured),
      (error) => {
        process.stderr.write(`${error.message}\n`);
        failures.push(error.message);
      },
    );
  }
  return { rows, failures: stopping.signal.aborted ? [...failures, "not all was measured"] : failures };
}

function benchmarks() {
  return readdirSync(here)
    .filter((name) => name.endsWith(".mjs") && name !== "run.mjs")
    .map((name) => name.replace(".mjs", ""));
}

/**
 * @param {string} name
 * @returns {Promise<Row[]>}
 */
async function runOne(name) {
  process.stderr.write(`measuring ${name}\n`);
  const measured = await supervise({
    ...{ name, file: join(here, `${name}.mjs`), count: Number(values.count), limitMs },
    say: (line) => void process.stderr.write(`${line}\n`),
    signal: stopping.signal,
  });
  const rows = measured.map(rowOf);
  await mkdir(join(here, "out"), { recursive: true });
  await writeFile(
    join(here, "out", `${name}.json`),
    `${JSON.stringify({ machine: machine(), rows, measured })}\n`,
  );
  return rows;
}

/** @param {Row} row */
function textOf({ what, unit, count, p50, p95, reference, ratioP50, ratioP95 }) {
  const own = `p50 ${p50}, p95 ${p95} ${unit} (${count} samples)`;
  return `${what}: ${own}; × ${ratioP50} / ${ratioP95} of ${reference.name} (${reference.p50} / ${reference.p95})`;
}

/**
 * A ratio that is much worse is measured once more before it counts.
 * @param {readonly Row[]} rows
 */
async function compare(rows) {
  const suspects = worseThanCommitted(rows);
  for (const { text } of suspects) process.stdout.write(`worse: ${text}\n`);
  const again = suspects.length > 0 ? await measureAgain(suspects) : [];
  const worse = worseThanCommitted(again).filter(({ row }) =>
    suspects.some((each) => each.row.name === row.name),
  );
  for (const { text } of worse) process.stdout.write(`still worse: ${text}\n`);
  process.stdout.write(
    `${rows.length - worse.length} of ${rows.length} ratios are as committed (up to × ${tolerance})\n`,
  );
  return worse.length > 0 || rows.length === 0 ? 1 : 0;
}

/**
 * @param {readonly Row[]} rows
 * @returns {readonly { row: Row, text: string }[]}
 */
function worseThanCommitted(rows) {
  const committed = baseline().rows;
  return rows.flatMap((row) => {
    const text = regression(
      row,
      committed.find((other) => other.name === row.name),
      tolerance,
    );
    return text === undefined ? [] : [{ row, text }];
  });
}

/** @param {readonly { row: Row }[]} suspects */
async function measureAgain(suspects) {
  const files = benchmarks().filter((name) =>
    suspects.some(({ row }) => row.name.startsWith(name.split("-")[0] ?? name)),
  );
  const { rows: again } = await measureAll(files);
  const missing = suspects
    .map(({ row }) => row)
    .filter(({ name }) => !again.some((row) => row.name === name));
  return [...again, ...missing];
}

/** @param {readonly Row[]} rows */
async function commit(rows) {
  const others = baseline().rows.filter((row) => !rows.some((other) => other.name === row.name));
  const all = [...others, ...rows].toSorted((a, b) => a.name.localeCompare(b.name));
  await writeFile(baselineFile, `${JSON.stringify({ machine: machine(), rows: all }, null, 2)}\n`);
  execFileSync(process.execPath, [join(here, "../test/support/generate.mjs")], { stdio: "ignore" });
}

/** @returns {{ rows: readonly Row[] }} */
function baseline() {
  return existsSync(baselineFile) ? JSON.parse(readFileSync(baselineFile, "utf8")) : { rows: [] };
}

function machine() {
  return `${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}
