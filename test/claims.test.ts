import { describe, expect, test } from "vitest";
import { kinds, labels, namedIn, outcomesOf, readClaims, whyNotShown } from "./support/claims.mjs";
import { readSource, treeFiles } from "./support/tree.ts";

/** What this version set out to show; a number may be claimed or open, but not forgotten. */
const promised = [
  ...[1, 2, 3, 5, 6, 7, 8, 9, 22, 24, 25, 26, 27, 28, 29, 31, 33, 36, 37, 39].map(
    (number) => `case ${number}`,
  ),
  ...[44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55].map((number) => `case ${number}`),
  ...[94, 175, 176].map((number) => `row ${number}`),
  ...[1, 2, 3, 6, 7, 29, 30].map((number) => `want ${number}`),
];

const { claimed, open } = readClaims();
const titled = new Set(
  treeFiles()
    .filter((path) => path.endsWith(".test.ts") && path !== "test/claims.test.ts")
    .flatMap((path) => namedIn(readSource(path).text)),
);

describe("the list of claims", () => {
  test("holds every promised number, claimed or open", () => {
    const listed = [...labels(claimed), ...labels(open)];
    expect(promised.filter((label) => !listed.includes(label))).toEqual([]);
    expect(listed.length).toBeGreaterThan(40);
  });

  test("names no number twice and keeps each list in order", () => {
    const listed = [...labels(claimed), ...labels(open)];
    expect(listed.filter((label, index) => listed.indexOf(label) !== index)).toEqual([]);
    for (const numbers of kinds.flatMap((kind) => [claimed[kind], open[kind]])) {
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  test("claims what test titles name, and nothing else", () => {
    expect(labels(claimed).filter((label) => !titled.has(label))).toEqual([]);
    expect([...titled].filter((label) => !labels(claimed).includes(label))).toEqual([]);
  });
});

describe("a claimed number", () => {
  const shown = { title: "inbox [case 900] drains", status: "passed", assertions: 2 };

  test("is shown by a passed test with an executed assertion", () => {
    expect(whyNotShown("case 900", [shown])).toBeUndefined();
  });

  const missing = [
    ["no test names it", []],
    ["the test names a longer number", [{ ...shown, title: "[case 9001] drains" }]],
    ["the test names another kind", [{ ...shown, title: "[row 900] drains" }]],
    ["the test was skipped", [{ ...shown, status: "skipped" }]],
    ["the test is to be written", [{ ...shown, status: "todo" }]],
    ["the test executed no assertion", [{ ...shown, assertions: 0 }]],
    ["one of its tests failed", [shown, { ...shown, status: "failed" }]],
  ] as const;

  test.each(missing)("is missing when %s", (_, outcomes) => {
    expect(whyNotShown("case 900", outcomes)).toBeTypeOf("string");
  });

  test("counts a file that did not load as failed", () => {
    const report = { testResults: [{ name: "a.test.ts", status: "failed", assertionResults: [] }] };
    expect(outcomesOf(report)).toEqual([{ title: "a.test.ts", status: "failed", assertions: 0 }]);
  });
});
