import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { packageSources, type SourceFile } from "./support/tree.ts";

const sources = packageSources().filter((file) => !file.path.includes(".test."));

const drawers = /^(utils?|helpers?|managers?|common|shared|misc|types|constants)$/;

/** Parts of a path that say nothing about what is in it. */
function drawersIn({ path }: SourceFile): readonly string[] {
  const parts = [...path.split("/").slice(3, -1), basename(path, ".ts")];
  return parts.filter((part) => drawers.test(part)).map((part) => `${path}: ${part}`);
}

/** Module-level variables that change. */
function mutableStateIn({ path, text }: SourceFile): readonly string[] {
  return [...text.matchAll(/^(?:export )?let (\w+)/gm)].map((match) => `${path}: let ${match[1]}`);
}

/** Exported names without a doc comment. A type that is only what a value or schema infers shares its contract. */
function undocumentedIn({ path, text }: SourceFile): readonly string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const name = /^export (?:async )?(?:abstract )?(?:function\*?|const|interface|type|class) (\w+)/.exec(
      line,
    )?.[1];
    if (name === undefined || /= (z\.(infer|input|output)<|\(typeof )/.test(line)) return [];
    const before = lines[index - 1] ?? "";
    const isOverload = before.startsWith(`export function ${name}`);
    return before.trim().endsWith("*/") || isOverload ? [] : [`${path}: ${name}`];
  });
}

describe("the shape of the sources", () => {
  test("is looked at in every package", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(new Set(sources.map((file) => file.path.split("/")[1])).size).toBe(5);
  });

  test("has no drawers: a file and a folder say what is in them", () => {
    expect(sources.flatMap(drawersIn)).toEqual([]);
    expect(drawersIn({ path: "packages/core/src/utils/a.ts", text: "" })).toHaveLength(1);
    expect(drawersIn({ path: "packages/core/src/inbox/types.ts", text: "" })).toHaveLength(1);
  });

  test("has no module-level state that changes", () => {
    expect(sources.flatMap(mutableStateIn)).toEqual([]);
    expect(mutableStateIn({ path: "a.ts", text: "const a = 1;\nlet count = 0;\n" })).toEqual([
      "a.ts: let count",
    ]);
  });

  test("has a contract on every exported name", () => {
    expect(sources.flatMap(undocumentedIn)).toEqual([]);
    expect(undocumentedIn({ path: "a.ts", text: "export function bare() {}\n" })).toEqual(["a.ts: bare"]);
    expect(undocumentedIn({ path: "a.ts", text: "/** Says. */\nexport function said() {}\n" })).toEqual([]);
  });
});
