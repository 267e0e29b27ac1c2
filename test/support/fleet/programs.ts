import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../tree.ts";

/** The programs that a fleet under test consists of, bundled from the sources as they stand. */
export interface Programs {
  readonly folder: string;
  /** A daemon in the foreground, of one fleet home. */
  readonly daemon: string;
  /** The demo agent. */
  readonly agent: string;
  /** The command line. */
  readonly command: string;
}

// What CommonJS packages inside an ESM bundle (pino, write-file-atomic) take for granted.
const banner = [
  'import { createRequire as fleetRequire } from "node:module";',
  "const require = fleetRequire(import.meta.url);",
  'const __filename = require("node:url").fileURLToPath(import.meta.url);',
  'const __dirname = require("node:path").dirname(__filename);',
].join("\n");

/** Bundles them into a new temporary folder; whoever asked removes it. `alias` names what stands for a package. */
export async function buildPrograms(alias: Readonly<Record<string, string>> = {}): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-programs-"));
  await build({
    entryPoints: {
      daemon: join(root, "test/support/fleet/run-daemon.ts"),
      agent: join(root, "packages/cli/src/demo-agent.ts"),
      command: join(root, "packages/cli/src/fleet.ts"),
    },
    outdir: folder,
    alias: { ...alias },
    outExtension: { ".js": ".mjs" },
    bundle: true,
    mainFields: ["module", "main"],
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["fleetbus-source"],
    banner: { js: banner },
    logLevel: "warning",
    // The bundle lies outside the tree: imports are resolved from here.
    absWorkingDir: root,
    nodePaths: [join(root, "node_modules")],
  });
  return {
    folder,
    daemon: join(folder, "daemon.mjs"),
    agent: join(folder, "agent.mjs"),
    command: join(folder, "command.mjs"),
  };
}
