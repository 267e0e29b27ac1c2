// The real Claude Code for tests: its native binary, pinned, from npm into a cache outside the tree.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const claudeVersion = "2.1.329";

/** Checked where known; npm checks what it downloads against its registry in any case. */
const sha512 = {
  "linux-x64": "+n4lu1ubYAp02Y0X/MAUnxw9yY6SHHZ77F+IoW+V0wVoFuiI9opdH6gofjf14gXJCEYMTNpks7Gn1i8XZTKAWA==",
};

/**
 * Where the binary stands once it was fetched.
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function claudeBinaryPath(env) {
  const cache = env.FLEET_TEST_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "fleet-test");
  return env.FLEET_TEST_CLAUDE || join(cache, `claude-code-${claudeVersion}`, "claude");
}

/**
 * Fetches it unless the cache has it; resolves to the binary's path.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {(text: string) => void} say told when something takes long
 */
export async function provideClaude(env, say) {
  const binary = claudeBinaryPath(env);
  if (existsSync(binary)) return binary;
  const folder = dirname(binary);
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.part-`);
  try {
    say(`fetching Claude Code ${claudeVersion} for ${platform()} from npm (170 MB) into ${folder}`);
    await unpack(await download(work), work);
    await mkdir(folder, { recursive: true });
    await rename(join(work, "package", "claude"), binary);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return binary;
}

function platform() {
  const isMusl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
  return `${process.platform}-${process.arch}${isMusl ? "-musl" : ""}`;
}

async function download(work) {
  const spec = `@anthropic-ai/claude-code-${platform()}@${claudeVersion}`;
  await run("npm", ["pack", spec, "--pack-destination", work, "--silent"], { cwd: work, timeout: 480_000 });
  const name = (await readdir(work)).find((entry) => entry.endsWith(".tgz"));
  if (name === undefined) throw new Error(`fetching ${spec}: npm pack left no archive`);
  return join(work, name);
}

async function unpack(archive, work) {
  const wanted = sha512[platform()];
  const found = createHash("sha512")
    .update(await readFile(archive))
    .digest("base64");
  if (wanted !== undefined && found !== wanted)
    throw new Error(`checking ${archive}: its SHA-512 is not the pinned one`);
  await run("tar", ["-xzf", archive, "-C", work, "package/claude"]);
  await chmod(join(work, "package", "claude"), 0o755);
}
