import { relative } from "node:path";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { bundleOptions } from "../packages/cli/build.mjs";
import { commandOutput, loadedBy, sizeOf, sourcesIn } from "./support/bundle.ts";
import { root } from "./support/tree.ts";

/** What node must read and parse before `fleet <command>` does anything (DESIGN §12: `fleet pub` ≤ 1.6 × `node -e 0`). */
const budgets = [
  { command: "fleet --version", chunk: undefined, maxBytes: 120_000 },
  { command: "fleet pub", chunk: "packages/cli/src/commands/message/pub.ts", maxBytes: 200_000 },
] as const;

/** What is too slow to load for a command that people and hooks call in a loop. */
const heavy = [
  "zod",
  "@nats-io/nats-core",
  "@nats-io/jetstream",
  "commander",
  "pino",
  "hono",
  "execa",
  "smol-toml",
];

describe("what a command loads before it starts", () => {
  let metafile: Metafile;

  beforeAll(async () => {
    metafile = (await build({ ...bundleOptions(), absWorkingDir: root, write: false })).metafile;
  }, 60_000);

  test("the bundle holds the whole product, so that the budget is about something", () => {
    const outputs = Object.keys(metafile.outputs);
    expect(outputs.map((path) => relative("packages/cli/dist", path))).toContain("fleet.js");
    expect(outputs.length).toBeGreaterThan(20);
    expect(sizeOf(metafile, outputs)).toBeGreaterThan(500_000);
  });

  test.each(budgets)("$command stays within its bytes and loads nothing heavy", ({ chunk, maxBytes }) => {
    const entries = [
      "packages/cli/dist/fleet.js",
      ...(chunk === undefined ? [] : [commandOutput(metafile, chunk)]),
    ];
    const loaded = loadedBy(metafile, entries);
    const sources = sourcesIn(metafile, loaded);
    expect(sources.length).toBeGreaterThan(5);
    expect(
      heavy.filter((name) => sources.some((source) => source.includes(`node_modules/${name}/`))),
    ).toEqual([]);
    expect(sizeOf(metafile, loaded)).toBeLessThanOrEqual(maxBytes);
  });
});
