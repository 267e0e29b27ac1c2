import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError } from "@fleetbus/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findServer, type FindDeps } from "./find-server.ts";
import type { FindProgress } from "./progress.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "find-server-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("finding a server", () => {
  it("takes one on PATH that is new enough", async () => {
    const path = await fakeServer("bin", "2.14.3");
    const { found } = await find({ PATH: join(folder, "bin") });
    expect(found).toEqual({ path, version: "2.14.3", from: "path" });
  });

  it("passes an older one over, says so in one line, and takes the next on PATH", async () => {
    await fakeServer("old", "2.10.27");
    const path = await fakeServer("new", "2.15.0");
    const { found } = await find({ PATH: `${join(folder, "old")}:${join(folder, "new")}` });
    expect(found.path).toBe(path);

    const alone = await find({ PATH: join(folder, "old"), installed: "2.15.1" });
    expect(alone.found.from).toBe("installed");
    const skipped = alone.said.filter((progress) => progress.state === "skipped");
    expect(skipped).toHaveLength(1);
    expect(skipped[0]?.detail).toContain("is 2.10.27, older than 2.14.0, passed over");
  });

  it("takes the newest that it installed earlier, and ignores older ones and rubbish", async () => {
    await fakeServer("cache/nats-server/2.14.9", "2.14.9");
    await fakeServer("cache/nats-server/2.13.0", "2.13.0");
    await mkdir(join(folder, "cache/nats-server/2.99.0"));
    const { found } = await find({ installed: "2.14.10" });
    expect(found).toMatchObject({ version: "2.14.10", from: "installed" });
  });

  it("names every way when none works, and is retryable", async () => {
    const said: FindProgress[] = [];
    const error: unknown = await findServer(depsWith({ PATH: "/nowhere" }, said)).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof FleetError)) throw new Error("expected a FleetError");
    expect(error.code).toBe("unavailable");
    expect(error.message).toMatch(/path: no nats-server on PATH.*installed: none.*archive: .*404.*package: /);
    expect(error.message).toContain("FLEET_SERVER_ARCHIVE");
    expect(error.message).toContain("--connect");
  });

  it("reports a start and exactly one end of each step", async () => {
    const { said } = await find({ installed: "2.15.0" });
    expect(said.map((progress) => `${progress.step} ${progress.state}`)).toEqual([
      "path start",
      "path skipped",
      "installed start",
      "installed done",
    ]);
  });

  it("stops when the signal aborts, without trying further ways", async () => {
    const said: FindProgress[] = [];
    const deps = { ...depsWith({ PATH: "/nowhere" }, said), signal: AbortSignal.abort(new Error("enough")) };
    await expect(findServer(deps)).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual([]);
  });
});

interface Wish {
  readonly PATH?: string;
  readonly installed?: string;
}

async function find(wish: Wish) {
  if (wish.installed !== undefined) await fakeServer(`cache/nats-server/${wish.installed}`, wish.installed);
  const said: FindProgress[] = [];
  const found = await findServer(depsWith({ PATH: wish.PATH ?? "/nowhere" }, said));
  return { found, said };
}

function depsWith(env: Readonly<Record<string, string>>, said: FindProgress[]): FindDeps {
  return {
    paths: { cacheDir: join(folder, "cache") },
    env,
    progress: (progress) => said.push(progress),
    signal: AbortSignal.timeout(20_000),
    fetch: () => Promise.resolve(new Response(null, { status: 404 })),
  };
}

async function fakeServer(place: string, version: string): Promise<string> {
  const path = join(folder, place, "nats-server");
  await mkdir(join(folder, place), { recursive: true });
  await writeFile(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  await chmod(path, 0o755);
  return path;
}
