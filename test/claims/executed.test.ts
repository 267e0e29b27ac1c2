import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { labels, namedIn, outcomesOf, readClaims, whyNotShown } from "../support/claims.mjs";
import { readSource, treeFiles } from "../support/tree.ts";

// Runs after the other suites, on what they reported (test/support/run.mjs).
const folder = process.env["FLEET_TEST_RESULTS"] ?? "";
const notRun = (process.env["FLEET_TEST_NOT_RUN"] ?? "").split(",").filter(Boolean);

const outcomes = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name) => outcomesOf(JSON.parse(readFileSync(join(folder, name), "utf8"))));

const elsewhere = new Set(
  treeFiles()
    .filter((path) => notRun.some((suite) => path.startsWith(`test/${suite}/`)))
    .flatMap((path) => namedIn(readSource(path).text)),
);

describe("what is claimed was shown by an assertion that ran", () => {
  test("the other suites reported", () => {
    expect(outcomes.length).toBeGreaterThan(100);
  });

  for (const label of labels(readClaims().claimed)) {
    const isElsewhere = whyNotShown(label, outcomes) === "no test names it" && elsewhere.has(label);
    test.skipIf(isElsewhere)(`${label} was shown`, () => {
      expect(whyNotShown(label, outcomes)).toBeUndefined();
    });
  }
});
