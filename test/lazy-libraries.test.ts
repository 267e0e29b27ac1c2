import { build, type BuildOptions } from "esbuild";
import { expect, test } from "vitest";
import { bundleOptions } from "../packages/cli/build.mjs";
import { loadedBy, sourcesIn } from "./support/bundle.ts";

const libraries = ["@nats-io/nats-core", "@nats-io/transport-node", "nodemailer"];

function among(paths: readonly string[]): readonly string[] {
  return libraries.filter((name) => paths.some((path) => path.includes(`node_modules/${name}/`)));
}

test("the registry of adapters loads the library of no channel before that is used", async () => {
  const options: BuildOptions & { metafile: true } = {
    ...{ entryPoints: ["packages/adapters/src/index.ts"], outdir: "packages/adapters/dist", write: false },
    ...{ bundle: true, splitting: true, format: "esm", platform: "node", metafile: true },
    conditions: ["fleetbus-source"],
  };
  const { metafile } = await build(options);
  const loaded = sourcesIn(metafile, loadedBy(metafile, ["packages/adapters/dist/index.js"]));
  expect(loaded).toContain("packages/adapters/src/nats/adapter.ts");
  expect(among(sourcesIn(metafile, Object.keys(metafile.outputs)))).toEqual(libraries);
  expect(among(loaded)).toEqual([]);
});

test("the library of `fleet wrap` stays outside the bundle, and one file loads it, when it is asked to", async () => {
  const { metafile } = await build({ ...(await bundleOptions()), write: false });
  const loads = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ path }) => path.startsWith("@lydell/")),
  );
  expect(loads).toEqual([{ path: "@lydell/node-pty", kind: "dynamic-import", external: true }]);
  const inside = sourcesIn(metafile, Object.keys(metafile.outputs));
  expect(inside.filter((path) => path.includes("node_modules/@lydell/"))).toEqual([]);
});
