// What `npm test` runs: the suites one after the other, then the check of the claims, then one line with the sum.
// Arguments: names of suites (`npm test -- e2e`), or --clis for the real CLIs alone.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labels, outcomesOf, readClaims } from "./claims.mjs";
import { reportAt, runVitest } from "./run-vitest.mjs";
import { whatFailed } from "./what-failed.mjs";
import { agentsPath, provideAgents } from "./agents/cache.mjs";
import { claudeBinaryPath, provideClaude } from "./claude-cache.mjs";
import { whyNoContainers } from "../containers/engine/why-not.mjs";

const results = mkdtempSync(join(tmpdir(), "fleet-test-results-"));

/** `minutes`: a suite that runs longer has failed and is ended; thrice of what it takes on two cores beside the others, or more. */
const suites = [
  { name: "unit", projects: ["unit", "house"], minutes: 10 },
  { name: "wire", projects: ["wire"], minutes: 6 },
  { name: "e2e", projects: ["e2e"], minutes: 20 },
  { name: "command", projects: ["command"], minutes: 30 },
  { name: "adapters", projects: ["adapters"], minutes: 20 },
  { name: "chaos", projects: ["chaos"], minutes: 12 },
  {
    ...{ name: "containers", projects: ["containers"], minutes: 15 },
    whyNot: () => whyNoContainers(process.env, say),
  },
  { name: "clis", projects: ["clis"], minutes: 30, whyNot: whyNoClis, prepare: fetchClis },
];

const claimsMinutes = 3;

/** At most so many files are given a second look; more is no accident of a busy machine. */
const maxSecondLooks = 3;

/** Lines for the end of the log: what failed, and what passed only at its second look. */
const findings = [];

const asked = process.argv.slice(2).map((name) => name.replace(/^--/, ""));
process.exitCode = await main();

async function main() {
  const unknown = asked.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0)
    return say(`no suite ${unknown.join(", ")}: ${suites.map((suite) => suite.name).join(", ")}`, 2);
  const reasons = await Promise.all(suites.map((suite) => whySkipped(suite)));
  const notRun = suites.filter((_suite, index) => reasons[index] !== undefined);
  if (asked.length === 0)
    for (const suite of notRun) say(`${suite.name}: not run: ${reasons[suites.indexOf(suite)]}`);
  const wanted = suites.filter((suite) => !notRun.includes(suite));
  const failed = [];
  for (const lanes of plan(wanted)) {
    const isAlone = lanes.length === 1;
    await Promise.all(lanes.map((lane) => runLane(lane, { isAlone, failed })));
  }
  const isWhole = asked.length === 0;
  if (isWhole && !(await runClaims(notRun.map((suite) => suite.name)))) failed.push("claims");
  return close(failed.length);
}

/**
 * What runs after what, and what beside it. `unit` uses the processor most; the others mostly wait, and run in three lanes.
 * Under CI the ones that measure, kill or share a machine with a real CLI run alone.
 */
function plan(wanted) {
  const named = (...names) => wanted.filter((suite) => names.includes(suite.name));
  const first = [["unit"], ["wire"]];
  const groups =
    process.env.CI === "true"
      ? [first, [["e2e"], ["command"], ["adapters"]], [["chaos"]], [["containers"]], [["clis"]]]
      : [
          first,
          [
            ["e2e", "chaos"],
            ["command", "clis"],
            ["adapters", "containers"],
          ],
        ];
  const lanes = groups.map((group) =>
    group.map((names) => named(...names)).filter((lane) => lane.length > 0),
  );
  return lanes.filter((group) => group.length > 0);
}

async function runLane(lane, { isAlone, failed }) {
  for (const suite of lane) if (!(await runSuite(suite, isAlone))) failed.push(suite.name);
}

async function whySkipped(suite) {
  if (asked.length > 0) return asked.includes(suite.name) ? undefined : "not asked for";
  return suite.whyNot?.();
}

/** The real CLIs run where they are at hand; fetching 900 MB is for those who ask. */
function whyNoClis() {
  const isThere = [claudeBinaryPath(process.env), agentsPath(process.env)].every((path) => existsSync(path));
  if (process.env["FLEET_TEST_CLIS"] === "1" || isThere) return undefined;
  return "the pinned CLIs are not in the cache; FLEET_TEST_CLIS=1 or `npm run test:clis` fetches them";
}

async function fetchClis() {
  await provideClaude(process.env, say);
  await provideAgents(process.env, say);
}

async function runSuite({ name, projects, prepare, minutes }, isAlone) {
  say(isAlone ? `\n${name}` : `\n${name}: running, shown when it has ended`);
  await prepare?.();
  const report = join(results, `${name}.json`);
  const filters = projects.flatMap((project) => ["--project", project]);
  const args = [...filters, "--reporter=default", "--reporter=json"];
  const limitMs = minutes * 60_000;
  const outputFile = `--outputFile.json=${report}`;
  const ended = await runVitest([...args, outputFile], { isShownAtOnce: isAlone, limitMs });
  if (ended.isGood || (await runFailedAgain({ name, report, args, limitMs }))) return true;
  findings.push(...whatFailed({ suite: name, report: reportAt(report), output: ended.output }));
  return false;
}

/**
 * Real processes, sockets and timers can lose a race against a machine that others use too. Files that failed run once more, by
 * themselves, and that is said; what fails again has failed. The report holds the second look's results from then on.
 */
async function runFailedAgain({ name, report, args, limitMs }) {
  const first = reportAt(report);
  if (first === undefined) return false;
  const files = failedFiles(first);
  if (files.length === 0 || files.length > maxSecondLooks) return false;
  say(`\n${name}: run once more, by themselves: ${files.join(", ")}`);
  const again = join(results, `again-${name}.tmp`);
  const ended = await runVitest([...args, `--outputFile.json=${again}`, ...files], { limitMs });
  const second = reportAt(again);
  rmSync(again, { force: true });
  if (second === undefined) return false;
  const others = first.testResults.filter((file) => !files.includes(file.name));
  writeFileSync(report, JSON.stringify({ ...first, testResults: [...others, ...second.testResults] }));
  const unsteady = files.filter((file) => !failedFiles(second).includes(file));
  if (unsteady.length > 0) {
    const seen = first.testResults.filter((file) => unsteady.includes(file.name));
    findings.push(`${name}: UNSTEADY, failed once and passed alone:`);
    findings.push(...whatFailed({ suite: name, report: { testResults: seen }, output: "" }));
  }
  return ended.isGood;
}

function failedFiles({ testResults }) {
  return testResults.filter(({ status }) => status === "failed").map((file) => file.name);
}

async function runClaims(notRun) {
  const { claimed, open } = readClaims();
  say(
    `\nclaims: ${labels(claimed).length} claimed, ${labels(open).length} open: ${labels(open).join(", ") || "none"}`,
  );
  const env = { FLEET_TEST_RESULTS: results, FLEET_TEST_NOT_RUN: notRun.join(",") };
  const report = join(results, "claims.json");
  const args = ["--project", "claims", "--reporter=default", "--reporter=json"];
  const limitMs = claimsMinutes * 60_000;
  const ended = await runVitest([...args, `--outputFile.json=${report}`], { env, limitMs });
  if (!ended.isGood)
    findings.push(...whatFailed({ suite: "claims", report: reportAt(report), output: ended.output }));
  return ended.isGood;
}

/** The closing line; a suite that ended badly without a failed test counts as one failure. */
function close(broken) {
  const reports = readdirSync(results).map((name) => JSON.parse(readFileSync(join(results, name), "utf8")));
  rmSync(results, { recursive: true, force: true });
  const outcomes = reports.flatMap(outcomesOf);
  const count = (wanted) => outcomes.filter((outcome) => wanted.includes(outcome.status)).length;
  const failed = Math.max(count(["failed"]), broken);
  const passed = count(["passed"]);
  if (findings.length > 0) say(`\nnot as it should be:\n${findings.join("\n")}`);
  say(`\n${passed} passed, ${failed} failed, ${outcomes.length - passed - count(["failed"])} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

function say(text, code = 0) {
  process.stdout.write(`${text}\n`);
  return code;
}
