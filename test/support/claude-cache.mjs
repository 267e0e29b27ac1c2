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

/** The npm package of each platform's native binary, and the SHA-512 that npm states for the pinned version. */
const archives = {
  "linux-x64": "+n4lu1ubYAp02Y0X/MAUnxw9yY6SHHZ77F+IoW+V0wVoFuiI9opdH6gofjf14gXJCEYMTNpks7Gn1i8XZTKAWA==",
  "linux-arm64": "IiG5umFToSCVWqB1lEsxxwIxKgxPXyZ3DRU915v8J4Bz5Q3JpslM0ew1m5yaT+lFXBPvYxmsEgi0XI68XHND0A==",
  "linux-x64-musl":
    "EouW7B/aG3GOQBmzN9MxHV9uTOE2r6E+VIlFBrBgIEBuBBF4qH1GTvg5/CVf53gGp4DgVf1CYdBHjS+2NeDP4A==",
  "linux-arm64-musl":
    "uVWrRp60cqvikJ13Rtmlkd8WuJtJEWAuGJzenJ0or0I7by05kRWopFdDdpWYQi8dRIJ6+W9T9w+PA4B+EjfCXQ==",
  "darwin-arm64": "brgS94FOoB+ekq1gIeNpBtGAbzWxE1UEeBQWfk1KX1BStrMIxwWXriPfQLKEkFTWHpmGXv2fZxxMQJsR+5PhZw==",
  "darwin-x64": "6cjJiD19yxOzdnzErJ8ougFKoksK/wUvOJb6V2iCXg1rM9gGEY1I7HE8jQnvh6buAuXHtHaahfoiiISaplOxYg==",
};

/**
 * The npm package for a platform.
 * @param {string} name of a platform, as `linux-x64`
 */
function packageOf(name) {
  if (archives[name] === undefined)
    throw new Error(`fetching Claude Code: no native binary is pinned for ${name}`);
  return `@anthropic-ai/claude-code-${name}@${claudeVersion}`;
}

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
  const spec = packageOf(platform());
  await run("npm", ["pack", spec, "--pack-destination", work, "--silent"], { cwd: work, timeout: 480_000 });
  const name = (await readdir(work)).find((entry) => entry.endsWith(".tgz"));
  if (name === undefined) throw new Error(`fetching ${spec}: npm pack left no archive`);
  return join(work, name);
}

async function unpack(archive, work) {
  const found = createHash("sha512")
    .update(await readFile(archive))
    .digest("base64");
  if (found !== archives[platform()])
    throw new Error(`checking ${archive}: its SHA-512 is not the pinned one`);
  await run("tar", ["-xzf", archive, "-C", work, "package/claude"]);
  await chmod(join(work, "package", "claude"), 0o755);
}
