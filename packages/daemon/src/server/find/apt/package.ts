import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import type { Run } from "../command.ts";
import { install } from "../local/installed.ts";
import type { FoundServer, StepResult } from "../progress.ts";
import { mirrorsOf } from "./mirrors.ts";
import { privateApt, type PrivateSource } from "./private-apt.ts";
import { keyringFor } from "./sources.ts";
import { releaseOf, type Distribution } from "./suites.ts";

/** What the package step needs from outside. */
export interface PackageDeps {
  readonly cacheDir: string;
  readonly run: Run;
  readonly signal: AbortSignal;
  /** Told of each source that is tried and of an expired index. */
  readonly say: (text: string) => void;
}

/**
 * On Debian and Ubuntu: the package of a newer suite, from the mirror that this machine's apt uses already, signature-checked,
 * unpacked into fleet's own cache and not installed (NATS.md, "Getting a server").
 */
export async function serverFromPackage(deps: PackageDeps): Promise<StepResult> {
  const release = releaseOf(await readFile("/etc/os-release", "utf8").catch(() => "")); // not Linux
  if (release === undefined) return { state: "skipped", detail: "only on Debian and Ubuntu" };
  const probe = await deps.run("apt-get", ["--version"]);
  if (!probe.isOk) return { state: "skipped", detail: "no apt-get on this machine" };
  const mirrors = await mirrorsOf(release, deps.run);
  if (mirrors.length === 0)
    return { state: "failed", detail: `apt names no mirror of ${release.distribution.origin}` };
  return firstThatWorks(await sourcesOf(mirrors, release.distribution, deps.run), deps);
}

async function sourcesOf(
  mirrors: readonly string[],
  of: Distribution,
  run: Run,
): Promise<readonly PrivateSource[]> {
  const sources: PrivateSource[] = [];
  for (const uri of mirrors) {
    const keyring = (await keyringFor(uri, run)) ?? (await existing(of.keyring));
    sources.push(...of.suites.map((suite) => ({ uri, keyring, ...suite })));
  }
  return sources;
}

async function existing(path: string): Promise<string | undefined> {
  return access(path).then(
    () => path,
    () => undefined, // then apt's own trusted keys decide
  );
}

async function firstThatWorks(sources: readonly PrivateSource[], deps: PackageDeps): Promise<StepResult> {
  const reasons: string[] = [];
  for (const source of sources) {
    deps.say(`reading suite ${source.suite} from the machine's own mirror`);
    try {
      return await fetchFrom(source, deps);
    } catch (error) {
      deps.signal.throwIfAborted();
      reasons.push(`suite ${source.suite}: ${messageOf(error)}`);
    }
  }
  return { state: "failed", detail: reasons.join("; ") };
}

async function fetchFrom(source: PrivateSource, deps: PackageDeps): Promise<FoundServer> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-apt-"));
  try {
    const apt = await privateApt(folder, source, deps.run);
    await apt.update(deps.say);
    await apt.download("nats-server");
    return await install(await unpack(folder, deps.run), deps.cacheDir, { from: "package", run: deps.run });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(folder: string, run: Run): Promise<string> {
  const archive = (await readdir(folder)).find((name) => name.endsWith(".deb"));
  if (archive === undefined)
    throw new FleetError("failed", "unpacking nats-server: apt downloaded no package");
  const out = join(folder, "out");
  const result = await run("dpkg-deb", ["-x", join(folder, archive), out]);
  if (!result.isOk) throw new FleetError("failed", `unpacking ${archive}: ${result.stderr}`);
  for (const place of ["usr/sbin", "usr/bin"]) {
    const path = await existing(join(out, place, "nats-server"));
    if (path !== undefined) return path;
  }
  throw new FleetError("failed", `unpacking ${archive}: no nats-server in it`);
}
