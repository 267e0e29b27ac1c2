import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenLinks, foreignTraces, missingNames, namedPaths } from "./support/docs.ts";
import { readSource, root, treeFiles } from "./support/tree.ts";

const markdown = treeFiles()
  .filter((path) => path.endsWith(".md"))
  .map(readSource);

describe("the documents", () => {
  test("link only to files and headings that exist", () => {
    expect(markdown.length).toBeGreaterThan(10);
    expect(markdown.flatMap(brokenLinks)).toEqual([]);
  });

  test("ARCHITECTURE.md names only files that exist, and stays a page to read", () => {
    const architecture = readSource("ARCHITECTURE.md");
    const named = namedPaths(architecture.text);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(missingNames(architecture.text)).toEqual([]);
    expect(missingNames("`package.json` · `noSuchName`")).toHaveLength(1);
    expect(architecture.text.split("\n").length).toBeLessThanOrEqual(250);
  });

  test("the index of decisions names each one by its title", () => {
    const index = readSource("docs/adr/README.md").text;
    const records = treeFiles().filter((path) => /^docs\/adr\/\d{4}-[a-z0-9-]+\.md$/.test(path));
    expect(records.length).toBeGreaterThan(6);
    for (const path of records) {
      const title = readSource(path).text.split("\n")[0]?.replace(/^# /, "");
      expect(index, path).toContain(`[${title}](${path.replace("docs/adr/", "")})`);
    }
  });
});

describe("the tree", () => {
  test("names no package registry, no mirror and no folder of the machine it was written on", () => {
    const files = treeFiles().filter((path) => !/\.(png|gif|ico)$/.test(path));
    expect(files.length).toBeGreaterThan(150);
    expect(files.map(readSource).flatMap(foreignTraces)).toEqual([]);
  });

  const host = ["registry", "npmjs", "org"].join(".");
  const traces = [
    ["a registry in a lock file", `"resolved": "https://${host}/zod"`],
    ["a Debian mirror", `deb https://${["deb", "debian", "org"].join(".")}/debian bookworm main`],
    ["the checkout", `cd ${root}packages`],
    ["the home folder", `cat ${homedir()}/.claude/settings.json`],
  ] as const;

  test.each(traces)("a trace is found: %s", (_, text) => {
    expect(foreignTraces({ path: "a.md", text })).toHaveLength(1);
  });
});
