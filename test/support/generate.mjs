// Writes the documents, and the registry of adapters, that are made from code. test/generated.test.ts fails when one is stale.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtInAdapters } from "@fleetbus/adapters";
import { configJsonSchema, errorTable, renderTransitions } from "@fleetbus/core";
import { renderLadder } from "@fleetbus/daemon";
import prettier from "prettier";
import { renderAdapter, renderAdapters } from "./adapter-page.mjs";
import { templatesPage } from "./templates-page.mjs";
import { registryPage } from "./generate-registry.mjs";
import { renderBenchmarks } from "../../bench/support/report.mjs";

/** How the own keys of the adapters that ship with fleet are read. */
const adapterSchemas = Object.fromEntries(builtInAdapters.map(({ spec }) => [spec.type, spec]));

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Every generated document with its text.
 * @returns {Promise<readonly { readonly path: string, readonly text: string }[]>}
 */
export async function pages() {
  const raw = [
    await registryPage(),
    { path: "docs/adr/README.md", text: decisions() },
    { path: "docs/BENCHMARKS.md", text: benchmarks() },
    { path: "docs/config.schema.json", text: JSON.stringify(configJsonSchema(adapterSchemas)) },
    ...builtInAdapters.map((adapter) => ({
      path: `docs/adapters/${adapter.spec.type}.md`,
      text: renderAdapter(adapter, {
        hasPicture: existsSync(join(root, `docs/adapters/${adapter.spec.type}.png`)),
      }),
    })),
    { path: "docs/adapters/README.md", text: renderAdapters(builtInAdapters) },
    { path: "docs/errors.md", text: errors() },
    { path: "docs/states.md", text: renderTransitions() },
    { path: "docs/templates.md", text: templatesPage() },
    { path: "docs/wake.md", text: renderLadder() },
  ];
  return Promise.all(raw.map(async ({ path, text }) => ({ path, text: await format(path, text) })));
}

/**
 * The generated documents whose file says something else.
 * @returns {Promise<readonly string[]>}
 */
export async function stalePages() {
  const isStale = ({ path, text }) =>
    !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text;
  return (await pages()).filter(isStale).map((page) => page.path);
}

async function format(path, text) {
  const options = await prettier.resolveConfig(join(root, path));
  return prettier.format(text, { ...options, filepath: path });
}

function decisions() {
  const names = readdirSync(join(root, "docs/adr")).filter((name) => /^\d{4}-.*\.md$/.test(name));
  const line = (name) => `- [${titleOf(join(root, "docs/adr", name))}](${name})`;
  const head =
    "One page each: what was known, what was decided, what follows. A new record changes an old one by naming it.";
  return ["# Decisions", "", head, "", ...names.toSorted().map(line), ""].join("\n");
}

function titleOf(file) {
  return readFileSync(file, "utf8").split("\n")[0].replace(/^# /, "");
}

function benchmarks() {
  const file = join(root, "bench/baseline.json");
  return renderBenchmarks(
    existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { machine: "nowhere yet", rows: [] },
  );
}

function errors() {
  const head =
    "Every error of fleet has one of these codes: the command's exit code, the HTTP status of the daemon's API, whether the same may be tried again. Generated from `packages/core/src/errors/table.ts`.";
  const row = ([code, { exit, http, isRetryable, meaning }]) =>
    `| \`${code}\` | ${exit} | ${http} | ${isRetryable ? "yes" : "no"} | ${meaning} |`;
  const table = ["| code | exit | HTTP | try again | meaning |", "|---|---|---|---|---|"];
  return ["# Errors", "", head, "", ...table, ...Object.entries(errorTable).map(row), ""].join("\n");
}

async function main() {
  for (const { path, text } of await pages()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    process.stdout.write(`${path}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
