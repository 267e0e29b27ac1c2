// A container engine for tests: Debian's own docker, unpacked into a cache outside the tree. Nothing is installed.
import { execFile } from "node:child_process";
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const packageName = "docker.io";

/**
 * Where containers keep what is slow to make.
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function containerCacheDir(env) {
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(env["FLEET_TEST_CACHE"] || join(cache, "fleet-test"), "containers");
}

/**
 * Why no engine can run here, known without trying; undefined where one may.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Promise<string | undefined>}
 */
export async function whyNoEngine(env) {
  if (process.platform !== "linux") return "containers of this suite need Linux";
  if (process.getuid?.() !== 0) return "starting a container engine of one's own needs root";
  for (const tool of ["apt-get", "dpkg-deb", "dpkg-query"]) {
    if ((await folderOf(tool, env["PATH"])) === undefined)
      return `the machines are made of Debian's packages: ${tool} is missing`;
  }
  return undefined;
}

/**
 * The folders of dockerd, containerd and runc as a PATH: the machine's own where it has them, else of the unpacked
 * package. Fetches it with apt when it is not in the cache, and says so. Rejects with the way out when that fails.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {(text: string) => void} say
 * @returns {Promise<string>}
 */
export async function provideEngine(env, say) {
  const path = [env["PATH"] ?? "", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(delimiter);
  if ((await folderOf("dockerd", path)) !== undefined) return path;
  const cache = containerCacheDir(env);
  const folder = join(cache, "engine");
  const own = [join(folder, "usr/sbin"), join(folder, "usr/bin"), path].join(delimiter);
  if ((await folderOf("dockerd", own)) !== undefined) return own;
  say(`containers: fetching ${packageName} with this machine's apt into ${folder}`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, "engine-"));
  try {
    await fetchPackages(work);
    await rm(folder, { recursive: true, force: true }); // of an attempt that holds no dockerd
    await rename(join(work, "root"), folder);
  } catch (error) {
    throw new Error(
      `providing ${packageName}: ${messageOf(error)}\ninstall it yourself: apt-get install ${packageName}`,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return own;
}

/** The package and what it needs that is not installed here, fetched and verified, unpacked into `<folder>/root`. */
async function fetchPackages(folder) {
  const archives = join(folder, "archives");
  await mkdir(join(archives, "partial"), { recursive: true });
  const options = { timeout: 120_000, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  const aside = ["-o", `Dir::Cache::archives=${archives}`, "-o", "DPkg::Lock::Timeout=60"];
  const fetch = () =>
    run("apt-get", ["install", "-y", "-d", "--no-install-recommends", ...aside, packageName], options);
  await fetch().catch(async () => {
    // Without package lists (a fresh machine) the first try finds nothing.
    await run("apt-get", ["update"], options);
    await fetch();
  });
  const names = (await readdir(archives)).filter((name) => name.endsWith(".deb"));
  for (const name of names) await run("dpkg-deb", ["-x", join(archives, name), join(folder, "root")]);
}

async function folderOf(program, path = "") {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const isThere = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false, // not in this one
    );
    if (isThere) return folder;
  }
  return undefined;
}

function messageOf(error) {
  const said = error?.stderr?.trim();
  return said || (error instanceof Error ? error.message : String(error));
}
