import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findServer, type FindProgress } from "@fleetbus/daemon/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const run = promisify(execFile);
const hasApt = /^ID=(debian|ubuntu)$/m.test(osRelease());

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "server-package-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasApt)("the package of a newer suite (only on Debian and Ubuntu)", () => {
  it("gives a server that runs, from the machine's own mirror, and leaves the system's apt alone", async () => {
    const before = await systemState();
    const { found, said } = await find({ ...process.env, PATH: "/usr/bin:/bin" });
    expect(found.from).toBe("package");
    const { stdout } = await run(found.path, ["--version"]);
    expect(stdout).toContain(found.version);
    expect(await systemState()).toEqual(before);
    expect(said.at(-1)).toMatchObject({ step: "package", state: "done" });
  });

  it("works with empty package lists, as in a fresh container", async () => {
    const config = join(folder, "apt.conf");
    await mkdir(join(folder, "lists"));
    await writeFile(config, `Dir::State::lists "${folder}/lists/";\n`);
    const { stdout } = await run("apt-get", ["indextargets"], {
      env: { ...process.env, APT_CONFIG: config },
    });
    expect(stdout).toBe("");
    const { found } = await find({ ...process.env, PATH: "/usr/bin:/bin", APT_CONFIG: config });
    expect(found.from).toBe("package");
  });
});

async function find(env: Readonly<Record<string, string | undefined>>) {
  const said: FindProgress[] = [];
  const found = await findServer({
    paths: { cacheDir: join(folder, "cache") },
    env,
    progress: (progress) => said.push(progress),
    signal: AbortSignal.timeout(100_000),
    fetch: () => Promise.resolve(new Response(null, { status: 404 })),
  });
  return { found, said };
}

async function systemState(): Promise<readonly (readonly string[])[]> {
  const places = ["/var/lib/apt/lists", "/var/cache/apt/archives"];
  return Promise.all(places.map(async (place) => (await readdir(place)).sort()));
}

function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return ""; // not Linux
  }
}
