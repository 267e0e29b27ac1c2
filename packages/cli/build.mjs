// Bundles the command line, and all it loads, into packages/cli/dist: the published package has no dependencies.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const outDir = join(here, "dist");

// What CommonJS packages (pino, commander, write-file-atomic) expect around them.
const banner = [
  'import { createRequire as fleetCreateRequire } from "node:module";',
  'import { fileURLToPath as fleetFileURLToPath } from "node:url";',
  "const require = fleetCreateRequire(import.meta.url);",
  "const __filename = fleetFileURLToPath(import.meta.url);",
].join(" ");

/**
 * esbuild's options; the bundle-budget test builds with the same ones.
 * @returns {import("esbuild").BuildOptions & { metafile: true }}
 */
export function bundleOptions() {
  return {
    entryPoints: entries(),
    absWorkingDir: join(here, "../.."),
    outdir: outDir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // jsonc-parser's main file is UMD, whose requires a bundler cannot see.
    mainFields: ["module", "main"],
    conditions: ["fleetbus-source"],
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: banner },
    logLevel: "warning",
    legalComments: "none",
    metafile: true,
  };
}

/** The programs of the package; `fleet` is its bin, the others are started by it. */
const programs = ["fleet.ts", "demo-agent.ts"];

function entries() {
  return programs.map((name) => join(here, "src", name)).filter((file) => existsSync(file));
}

async function clean() {
  await mkdir(outDir, { recursive: true });
  const names = await readdir(outDir);
  const stale = names.filter((name) => name.endsWith(".js") || name === "chunks");
  await Promise.all(stale.map((name) => rm(join(outDir, name), { recursive: true, force: true })));
}

async function main() {
  await clean();
  const result = await build(bundleOptions());
  await writeFile(join(outDir, "meta.json"), JSON.stringify(result.metafile));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
