// Which numbers of the feature list (conformance cases, rows, wants) the tests of this version really show.
import { readFileSync } from "node:fs";

/** @typedef {"case" | "row" | "want"} Kind */
/** @typedef {{ readonly case: readonly number[], readonly row: readonly number[], readonly want: readonly number[] }} Numbers */
/** @typedef {{ readonly claimed: Numbers, readonly open: Numbers }} Claims */
/** @typedef {{ readonly title: string, readonly status: string, readonly assertions: number }} Outcome */

/** @type {readonly Kind[]} */
export const kinds = ["case", "row", "want"];

/** @returns {Claims} what docs/claims.json says */
export function readClaims() {
  return JSON.parse(readFileSync(new URL("../../docs/claims.json", import.meta.url), "utf8"));
}

/**
 * @param {Numbers} numbers
 * @returns {readonly string[]} as `case 24`
 */
export function labels(numbers) {
  return kinds.flatMap((kind) => numbers[kind].map((number) => `${kind} ${number}`));
}

/**
 * The numbers that a text names: `[case 24]` says `case 24`.
 * @param {string} text
 * @returns {readonly string[]}
 */
export function namedIn(text) {
  return [...text.matchAll(/\[(case|row|want) (\d+)\]/g)].map((match) => `${match[1]} ${match[2]}`);
}

/**
 * What vitest's JSON report says of each test. A file that did not load counts as one failed test without a name.
 * @param {{ testResults: readonly { name: string, status: string, assertionResults: readonly { fullName: string, status: string, meta?: { assertions?: number } }[] }[] }} report
 * @returns {readonly Outcome[]}
 */
export function outcomesOf(report) {
  return report.testResults.flatMap((file) => {
    const tests = file.assertionResults.map((test) => ({
      title: test.fullName,
      status: test.status,
      assertions: test.meta?.assertions ?? 0,
    }));
    const hasBroken = file.status === "failed" && !tests.some((test) => test.status === "failed");
    return hasBroken ? [...tests, { title: file.name, status: "failed", assertions: 0 }] : tests;
  });
}

/**
 * Why a claimed number is not shown, or undefined when it is: every test that names it must have passed, and one of
 * them must have executed an assertion. Skipped and assertion-free tests show nothing.
 * @param {string} label
 * @param {readonly Outcome[]} outcomes
 * @returns {string | undefined}
 */
export function whyNotShown(label, outcomes) {
  const named = outcomes.filter((outcome) => namedIn(outcome.title).includes(label));
  if (named.length === 0) return "no test names it";
  const failed = named.find((outcome) => outcome.status === "failed");
  if (failed !== undefined) return `failed: ${failed.title}`;
  const passed = named.filter((outcome) => outcome.status === "passed");
  if (passed.length === 0) return `skipped: ${named[0]?.title}`;
  return passed.some((outcome) => outcome.assertions > 0)
    ? undefined
    : `no assertion ran in: ${passed[0]?.title}`;
}
