import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const source = fileURLToPath(new URL("..", import.meta.url));

/** Lays out the package as it is before it is built, in `folder`; gives the path of its bin. */
export async function layOut(folder: string): Promise<string> {
  await mkdir(join(folder, "bin"), { recursive: true });
  await cp(join(source, "..", "bin", "fleet.mjs"), join(folder, "bin", "fleet.mjs"));
  await cp(join(source, "..", "package.json"), join(folder, "package.json"));
  return join(folder, "bin", "fleet.mjs");
}

/** Builds `fleet` there as the package is built, but for what makes it start faster. */
export async function buildFleet(folder: string): Promise<void> {
  await build({
    entryPoints: [join(source, "fleet.ts")],
    outdir: join(folder, "dist"),
    ...{ bundle: true, splitting: true, format: "esm", platform: "node", target: "node20" },
    ...{
      conditions: ["fleetbus-source"],
      mainFields: ["module", "main"],
      chunkNames: "chunks/[name]-[hash]",
    },
    banner: { js: 'import { createRequire as r } from "node:module"; const require = r(import.meta.url);' },
  });
}
