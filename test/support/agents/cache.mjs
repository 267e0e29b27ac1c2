// The real Codex, Gemini CLI and Grok Build for tests: the versions of the package.json beside this, from npm into a cache
// outside of the tree. Their install scripts do not run: none of the three needs them. Without a lock file: not every
// registry has Grok's packages for other platforms, and a lock file that lacks them is refused.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * Where their programs stand once they were fetched; other versions are another folder.
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function agentsPath(env) {
  const cache = env.FLEET_TEST_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "fleet-test");
  const id = createHash("sha256")
    .update(readFileSync(join(here, "package.json")))
    .digest("hex");
  return join(cache, `agents-${id.slice(0, 12)}`, "node_modules", ".bin");
}

/**
 * Fetches them unless the cache has them; resolves to the folder of their programs.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {(text: string) => void} say told when something takes long
 */
export async function provideAgents(env, say) {
  const programs = agentsPath(env);
  if (existsSync(programs)) return programs;
  const folder = dirname(dirname(programs));
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.part-`);
  try {
    say(`fetching Codex, Gemini CLI and Grok Build from npm (700 MB) into ${folder}`);
    await copyFile(join(here, "package.json"), join(work, "package.json"));
    const flags = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"];
    await run("npm", ["install", ...flags], { cwd: work, env });
    await rm(folder, { recursive: true, force: true }); // of a run that was cut off
    await rename(work, folder);
    return programs;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
