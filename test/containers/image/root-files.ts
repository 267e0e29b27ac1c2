import { execFile } from "node:child_process";
import { chmod, copyFile, lstat, mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { filesOf } from "./packages.ts";

const run = promisify(execFile);

/** The ordinary users of a machine; nobody has a password. */
export const users = { ann: 1000, bob: 1001 } as const;

/** What a machine has beside its packages, each at `/usr/local/bin/<name>`. */
export type Programs = Readonly<Record<string, string>>;

/** Writes a tarball of a machine's files: these packages as they stand here, programs, users. */
export async function packRoot(
  tarball: string,
  packages: readonly string[],
  programs: Programs,
): Promise<void> {
  const folder = await mkdtemp(join(dirname(tarball), "root-"));
  const [list, root, half] = [join(folder, "files"), join(folder, "root"), join(folder, "half.tar")];
  try {
    await writeFile(list, (await presentFiles(packages)).join("\0"));
    await mkdir(root, { mode: 0o755 });
    const from = ["--directory", "/", "--no-recursion", "--null", "--files-from", list];
    await run("tar", ["--create", "--file", half, "--numeric-owner", ...from]);
    await run("tar", ["--extract", "--file", half, "--numeric-owner", "--directory", root]);
    await layOut(root, programs);
    await run("tar", ["--create", "--file", half, "--numeric-owner", "--directory", root, "."]);
    await rename(half, tarball);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Relative to the root, under the folder that a path really has: `/bin` may be a link. */
async function presentFiles(packages: readonly string[]): Promise<readonly string[]> {
  const folders = new Map<string, string>();
  const present: string[] = [];
  for (const path of await filesOf(packages)) {
    const isThere = await lstat(path).catch(() => undefined); // left out on this machine: its manuals
    if (isThere === undefined) continue;
    const parent = dirname(path);
    const real = folders.get(parent) ?? (await realpath(parent));
    folders.set(parent, real);
    present.push(join(real, basename(path)).slice(1));
  }
  return [...new Set(present)];
}

async function layOut(root: string, programs: Programs): Promise<void> {
  const bin = join(root, "usr/local/bin");
  for (const folder of [
    bin,
    join(root, "etc"),
    join(root, "opt/fleet"),
    join(root, "proc"),
    join(root, "tmp"),
  ])
    await mkdir(folder, { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  for (const [name, file] of Object.entries(programs)) {
    await copyFile(file, join(bin, name));
    await chmod(join(bin, name), 0o755);
  }
  const entries = Object.entries(users);
  const lines = entries.map(([name, id]) => `${name}:x:${id}:${id}::/home/${name}:/bin/bash`);
  await writeFile(join(root, "etc/passwd"), `${["root:x:0:0::/root:/bin/bash", ...lines].join("\n")}\n`);
  await writeFile(
    join(root, "etc/group"),
    `${["root:x:0:", ...entries.map(([name, id]) => `${name}:x:${id}:`)].join("\n")}\n`,
  );
  for (const [name, id] of entries) {
    const home = join(root, "home", name);
    await mkdir(home, { recursive: true });
    await chmod(home, 0o755); // as many distributions make it: fleet's own folders must not rely on it
    await run("chown", [`${id}:${id}`, home]);
  }
}
