import { FleetError } from "@fleetbus/core";
import type { Run } from "./command.ts";

/** The oldest nats-server that fleet works with (NATS.md, decision 1): below it TTLs and schedules are accepted and do nothing. */
export const minimumServerVersion = "2.14.0";

const VERSION = /\bv?(\d+)\.(\d+)\.(\d+)(?:-[\w.]+)?/;

/** `2.15.1` in `nats-server: v2.15.1`; undefined where no version stands. */
export function readVersion(text: string): string | undefined {
  return VERSION.exec(text)?.[0].replace(/^v/, "");
}

/** Whether `version` is at least `floor`. A pre-release (`2.14.0-RC.1`) counts as its release. */
export function isVersionAtLeast(version: string, floor: string = minimumServerVersion): boolean {
  return compareVersions(version, floor) >= 0;
}

/** Negative, 0 or positive as `a` is older than, as old as or newer than `b`. What is no version is older than any. */
export function compareVersions(a: string, b: string): number {
  const left = numbersOf(a);
  const right = numbersOf(b);
  const differs = left.findIndex((number, i) => number !== right[i]);
  return differs === -1 ? 0 : (left[differs] ?? 0) - (right[differs] ?? 0);
}

/** Throws `version` when a server that exists (at `--connect`, or one just started) is too old to work with. */
export function requireServerVersion(version: string, where: string): void {
  if (isVersionAtLeast(version)) return;
  throw new FleetError(
    "version",
    `using the nats-server at ${where}: it is ${version}, fleet needs ${minimumServerVersion} or newer ` +
      "(older ones accept message expiry and ignore it); upgrade it, or let `fleet up` run its own",
  );
}

/** What `<path> --version` says, or undefined when the file does not run or is something else. */
export async function versionOf(path: string, run: Run): Promise<string | undefined> {
  const result = await run(path, ["--version"], { timeoutMs: 10_000 });
  const isServer = result.isOk && result.stdout.startsWith("nats-server:");
  return isServer ? readVersion(result.stdout) : undefined;
}

function numbersOf(version: string): readonly number[] {
  const [, major, minor, patch] = VERSION.exec(version) ?? [];
  return [Number(major ?? -1), Number(minor ?? -1), Number(patch ?? -1)];
}
