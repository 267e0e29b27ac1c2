// Bundles the command line, and all it loads, into packages/cli/dist: the published package has no dependencies.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const outDir = join(here, "dist");

/** The programs of the package; `fleet` is its bin, the other is started by it. */
const programs = ["fleet.ts", "demo-agent.ts"];
/** What `fleet` loads before any command; see `together`. */
const common = ["src/main.ts", "src/world/process-world.ts"].map((path) => join(here, path));

// What the CommonJS packages inside an ESM bundle expect around them (pino, write-file-atomic).
const banner = [
  'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);',
  "const __filename = import.meta.filename;",
].join(" ");

/**
 * esbuild's options; the bundle-budget test builds with the same ones.
 * @returns {Promise<import("esbuild").BuildOptions & { metafile: true }>}
 */
export async function bundleOptions() {
  const first = await build({ ...options(), write: false });
  const entries = Object.values(first.metafile.outputs).flatMap(({ entryPoint }) => entryPoint ?? []);
  return { ...options(), plugins: [builtins, together(entries)] };
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
  const imports = common.map((path) => `import ${JSON.stringify(path)};`).join("\n");
  return {
    name: "together",
    setup: ({ onLoad }) =>
      onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
        if (!files.has(path)) return undefined;
        const text = await readFile(path, "utf8");
        // A CommonJS module would be none any more.
        if (!/^(im|ex)port\b/m.test(text)) return undefined;
        return { contents: `${text}\n${imports}\n`, loader: path.endsWith(".ts") ? "ts" : "js" };
      }),
  };
}

/**
 * Node's own modules without the faces that an `import` gives them: to make one, all that a module has is asked for, and
 * `node:fs` or `node:crypto` then load what nobody wanted. Each importer has its own copy, so that they make no chunk.
 * @type {import("esbuild").Plugin}
 */
const builtins = {
  name: "builtins",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^[a-z]/ }, ({ path, kind, importer }) =>
      kind === "import-statement" && isBuiltin(path)
        ? { path, namespace: "builtin", suffix: `?${importer}`, sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /^/, namespace: "builtin" }, ({ path }) => ({ contents: builtinSource(path) }));
  },
};

/** @param {string} name */
function builtinSource(name) {
  const own = Object.getOwnPropertyNames(process.getBuiltinModule(name));
  const names = own.filter((each) => /^[A-Za-z_$][\w$]*$/.test(each) && each !== "default");
  return [
    `const all = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)});`,
    "export default all;",
    // Pure, so that what nobody imports is left out.
    ...names.map((each) => `const _${each} = /* @__PURE__ */ (() => all.${each})();`),
    `export { ${names.map((each) => `_${each} as ${each}`).join(", ")} };`,
  ].join("\n");
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
