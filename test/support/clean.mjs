// Removes everything that a build makes; `npm run build` makes it again.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const root = fileURLToPath(new URL("../..", import.meta.url));
const packages = ["core", "hooks", "adapters", "daemon", "cli"];

const built = [...packages.map((name) => `packages/${name}/dist`), "bench/out", "coverage"];
await Promise.all(built.map((path) => rm(join(root, path), { recursive: true, force: true })));
