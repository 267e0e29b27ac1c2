// Bundles the command line, and all it loads, into packages/cli/dist: the published package has no dependencies.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const outDir = join(here, "dist");

/** The programs of the package; `fleet` is its bin, the other is started by it. */
const programs = ["fleet.ts", "demo-agent.ts"];
/** What `fleet` loads before any command; see `together`. */
const common = join(here, "src/main.ts");

// What the CommonJS packages inside an ESM bundle expect around them (pino, write-file-atomic).
const banner = [
  'import { createRequire as fleetCreateRequire } from "node:module";',
  "const require = fleetCreateRequire(import.meta.url);",
  "const __filename = import.meta.filename;",
].join(" ");

/**
 * esbuild's options; the bundle-budget test builds with the same ones.
 * @returns {Promise<import("esbuild").BuildOptions & { metafile: true }>}
 */
export async function bundleOptions() {
  const first = await build({ ...options(), write: false });
  const lazy = Object.values(first.metafile.outputs).flatMap(({ entryPoint }) => entryPoint ?? []);
  return { ...options(), plugins: [together(lazy.filter((path) => path.startsWith("packages/")))] };
}

/** @returns {import("esbuild").BuildOptions & { metafile: true }} */
function options() {
  return {
    entryPoints: programs.map((name) => join(here, "src", name)),
    absWorkingDir: root,
    outdir: outDir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["fleetbus-source"],
    // jsonc-parser's "main" is UMD, whose requires no bundler can follow.
    mainFields: ["module", "main"],
    // Holds a binary for each platform: installed beside, where it can be (wrap/library.ts).
    external: ["@lydell/node-pty"],
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: banner },
    logLevel: "warning",
    // `together` imports for the sake of the chunks, not of an effect.
    logOverride: { "ignored-bare-import": "silent" },
    legalComments: "none",
    // V8 keeps the source: a daemon's takes 2 MB instead of 5 without comments, whose quotes and dashes made it two bytes a character.
    minifyWhitespace: true,
    lineLimit: 200,
    metafile: true,
  };
}

/**
 * esbuild makes a chunk for each set of entries that share code, which cut the start of `fleet` into nineteen files of
 * 0.6 ms each. When every entry imports what `fleet` starts with, that is one set and one file.
 * @param {readonly string[]} entries
 * @returns {import("esbuild").Plugin}
 */
function together(entries) {
  const files = new Set(entries.map((path) => join(root, path)));
  return {
    name: "together",
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!files.has(path)) return undefined;
        return {
          contents: `${await readFile(path, "utf8")}\nimport ${JSON.stringify(common)};\n`,
          loader: "ts",
        };
      }),
  };
}

async function clean() {
  await mkdir(outDir, { recursive: true });
  const names = await readdir(outDir);
  const stale = names.filter((name) => name.endsWith(".js") || name === "chunks");
  await Promise.all(stale.map((name) => rm(join(outDir, name), { recursive: true, force: true })));
}

async function main() {
  const bundle = await bundleOptions();
  await clean();
  const result = await build(bundle);
  await writeFile(join(outDir, "meta.json"), JSON.stringify(result.metafile));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
