import { access, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import type { Run } from "../command.ts";
import type { StepMiss } from "../progress.ts";
import { mirrorsOf } from "./mirrors.ts";
import { privateApt, type PrivateSource } from "./private-apt.ts";
import { keyringFor } from "./sources.ts";
import { releaseOf, type Distribution } from "./suites.ts";

/** What is wanted of a newer suite: a package, and the executable in it that bears its name. */
export interface Wanted<T> {
  readonly name: string;
  /** Has the executable's path in a folder that is gone afterwards; rejects where it is not good enough: the next suite is tried then. */
  take(binary: string): Promise<T>;
}

/** What that needs from outside. */
export interface SuiteDeps {
  readonly run: Run;
  readonly signal: AbortSignal;
  /** Told of each source that is tried and of an expired index. */
  readonly say: (text: string) => void;
}

/**
 * On Debian and Ubuntu: a package of a newer suite, from the mirror that this machine's apt uses already, signature-checked,
 * unpacked into a temporary folder and not installed (NATS.md, "Getting a server").
 */
export async function fromNewerSuite<T>(wanted: Wanted<T>, deps: SuiteDeps): Promise<T | StepMiss> {
  const release = releaseOf(await readFile("/etc/os-release", "utf8").catch(() => "")); // not Linux
  if (release === undefined) return { state: "skipped", detail: "only on Debian and Ubuntu" };
  const probe = await deps.run("apt-get", ["--version"]);
  if (!probe.isOk) return { state: "skipped", detail: "no apt-get on this machine" };
  const mirrors = await mirrorsOf(release, deps.run);
  if (mirrors.length === 0)
    return { state: "failed", detail: `apt names no mirror of ${release.distribution.origin}` };
  return firstThatWorks(await sourcesOf(mirrors, release.distribution, deps.run), wanted, deps);
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

async function firstThatWorks<T>(
  sources: readonly PrivateSource[],
  wanted: Wanted<T>,
  deps: SuiteDeps,
): Promise<T | StepMiss> {
  const reasons: string[] = [];
  for (const source of sources) {
    deps.say(`reading suite ${source.suite} from the machine's own mirror`);
    try {
      return await fetchFrom(source, wanted, deps);
    } catch (error) {
      deps.signal.throwIfAborted();
      reasons.push(`suite ${source.suite}: ${messageOf(error)}`);
    }
  }
  return { state: "failed", detail: reasons.join("; ") };
}

async function fetchFrom<T>(source: PrivateSource, { name, take }: Wanted<T>, deps: SuiteDeps): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-apt-"));
  try {
    const apt = await privateApt(folder, source, deps.run);
    await apt.update(deps.say);
    await apt.download(name);
    return await take(await unpack(folder, name, deps.run));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpack(folder: string, name: string, run: Run): Promise<string> {
  const archive = (await readdir(folder)).find((file) => file.endsWith(".deb"));
  if (archive === undefined) throw new FleetError("failed", `unpacking ${name}: apt downloaded no package`);
  const out = join(folder, "out");
  const result = await run("dpkg-deb", ["-x", join(folder, archive), out]);
  if (!result.isOk) throw new FleetError("failed", `unpacking ${archive}: ${result.stderr}`);
  for (const place of ["usr/sbin", "usr/bin"]) {
    const path = await existing(join(out, place, name));
    if (path !== undefined) return path;
  }
  throw new FleetError("failed", `unpacking ${archive}: no ${name} in it`);
}
