import { relative } from "node:path";
import { build, type Metafile, type OutputFile } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { bundleOptions } from "../packages/cli/build.mjs";
import { loadedBy, sizeOf, sourcesIn } from "./support/bundle.ts";

/** What node must read and parse before `fleet pub` does anything (DESIGN §12: ≤ 1.6 × `node -e 0` in all). */
const entry = "packages/cli/dist/fleet.js";
const maxBytes = 80_000;
/** Each file costs 0.6 ms, whatever its size. */
const maxFiles = 2;

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
  let files: readonly OutputFile[];

  beforeAll(async () => {
    ({ metafile, outputFiles: files } = await build({ ...(await bundleOptions()), write: false }));
  }, 60_000);

  test("the bundle holds the whole product, so that the budget is about something", () => {
    const outputs = Object.keys(metafile.outputs);
    expect(outputs.map((path) => relative("packages/cli/dist", path))).toContain("fleet.js");
    expect(outputs.length).toBeGreaterThan(20);
    expect(sizeOf(metafile, outputs)).toBeGreaterThan(500_000);
  });

  test("`fleet pub` is in what every command loads, which stays within its bytes and is nothing heavy", () => {
    const loaded = loadedBy(metafile, [entry]);
    const sources = sourcesIn(metafile, loaded);
    expect(sources).toContain("packages/cli/src/commands/message/pub.ts");
    expect(
      heavy.filter((name) => sources.some((source) => source.includes(`node_modules/${name}/`))),
    ).toEqual([]);
    expect(sizeOf(metafile, loaded)).toBeLessThanOrEqual(maxBytes);
    expect(loaded.length).toBeLessThanOrEqual(maxFiles);
  });

  test("it imports no module of Node: the face that each gets then loads more than fleet uses", () => {
    const imported = loadedBy(metafile, [entry]).flatMap((path) => metafile.outputs[path]?.imports ?? []);
    expect(imported.filter((item) => item.external && item.kind === "import-statement")).toEqual([]);
  });

  test("no file holds a character that makes its source two bytes a character in memory (write it as an escape)", () => {
    const wide = files.flatMap(({ path, text }) => {
      const [found] = /.{0,60}[^\u0000-\u00ff].{0,20}/u.exec(text) ?? [];
      return found === undefined ? [] : [`${relative("packages/cli/dist", path)}: ${found}`];
    });
    expect(wide).toEqual([]);
  });
});
