import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FleetError } from "@fleetbus/core";
import type { CommandResult, Run } from "../command.ts";

/** One suite of one repository, and the keyring that has to have signed it. */
export interface PrivateSource {
  readonly uri: string;
  readonly suite: string;
  readonly component: string;
  readonly keyring: string | undefined;
}

/** An apt that knows one source, keeps its state in one folder, and leaves the machine's own state alone. */
export interface PrivateApt {
  /** Fetches and verifies the suite's index; `warn` hears of an expired one that was taken nevertheless. Throws `failed`. */
  update(warn: (text: string) => void): Promise<void>;
  /** Fetches and verifies a package without installing it, into the folder. Throws `failed`. */
  download(name: string): Promise<void>;
}

const updateTimeoutMs = 120_000;

/** Lays the private state out in `folder`. Works as an ordinary user. Proxies and the like stay those of the machine. */
export async function privateApt(folder: string, source: PrivateSource, run: Run): Promise<PrivateApt> {
  await chmod(folder, 0o755); // apt fetches as its own user where it may
  await Promise.all(
    ["lists", "cache", "archives"].map((name) => mkdir(join(folder, name), { recursive: true })),
  );
  await writeFile(join(folder, "apt.conf"), configOf(folder));
  await writeFile(join(folder, "fleet.list"), `${lineOf(source)}\n`);
  const apt = (...args: readonly string[]) => {
    const all = ["-q", "-c", join(folder, "apt.conf"), ...args];
    return run("apt-get", all, { timeoutMs: updateTimeoutMs, cwd: folder });
  };
  return {
    update: (warn) => update(apt, warn),
    download: async (name) => requireOk(await apt("download", name), `downloading package ${name}`),
  };
}

type Apt = (...args: readonly string[]) => Promise<CommandResult>;

/** A frozen mirror's Release expires; its signature still holds, so only the date check is dropped, once. */
async function update(apt: Apt, warn: (text: string) => void): Promise<void> {
  const strict = ["-o", "APT::Update::Error-Mode=any"];
  const first = await apt("update", ...strict);
  if (first.isOk) return;
  if (!isExpired(first.stderr)) return requireOk(first, "reading the package index");
  warn(
    "the mirror's index has expired (a frozen mirror?): taken nevertheless, its signature is checked all the same",
  );
  requireOk(
    await apt("update", ...strict, "-o", "Acquire::Check-Valid-Until=false"),
    "reading the package index",
  );
}

function isExpired(stderr: string): boolean {
  return /^E: Release file .* is expired/m.test(stderr);
}

function requireOk(result: CommandResult, doing: string): void {
  if (result.isOk) return;
  const errors = result.stderr.split("\n").filter((line) => line.startsWith("E: "));
  const reason = errors.map((line) => line.slice(3)).join("; ") || result.stderr.trim();
  throw new FleetError("failed", `${doing}: ${reason}`);
}

function lineOf(source: PrivateSource): string {
  const signed = source.keyring === undefined ? "" : `[signed-by=${source.keyring}] `;
  return `deb ${signed}${source.uri} ${source.suite} ${source.component}`;
}

/** Hooks of the machine's own apt (cache cleaning, desktop notices) are not for a private run; `#clear` is apt's own word. */
function configOf(folder: string): string {
  return [
    "#clear APT::Update::Pre-Invoke;",
    "#clear APT::Update::Post-Invoke;",
    "#clear APT::Update::Post-Invoke-Success;",
    `Dir::State::lists "${folder}/lists/";`,
    `Dir::Cache "${folder}/cache/";`,
    `Dir::Cache::archives "${folder}/archives/";`,
    `Dir::Etc::sourcelist "${folder}/fleet.list";`,
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    'Dir::Etc::preferencesparts "/dev/null";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "30";',
    'Acquire::https::Timeout "30";',
    "",
  ].join("\n");
}
