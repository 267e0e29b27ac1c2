import { FleetError, messageOf, type Paths } from "@fleetbus/core";
import { serverFromPackage } from "./apt/package.ts";
import { serverFromArchive } from "./archive/archive.ts";
import { serverInstalled } from "./local/installed.ts";
import { serverOnPath } from "./local/on-path.ts";
import { commandRunner, type Run } from "./command.ts";
import { archiveFor, platformOf } from "./archive/pins.ts";
import {
  isFound,
  type FindStep,
  type FoundServer,
  type ReportProgress,
  type StepResult,
} from "./progress.ts";
import { minimumServerVersion } from "./version.ts";

/** What finding a server needs from outside. */
export interface FindDeps {
  /** Downloads are kept in `cacheDir`. */
  readonly paths: Pick<Paths, "cacheDir">;
  /** `PATH` (also of the commands that are run), and `FLEET_SERVER_ARCHIVE`: a mirror's base URL, or `<url>#sha256=<hex>` for one archive. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: ReportProgress;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
}

/**
 * Finds or provisions a nats-server ≥ 2.14 (NATS.md, "Getting a server"): on PATH, installed by fleet earlier, the official
 * archive, the package of a newer suite. Never changes the system. Two processes may do this at once.
 * Throws `unavailable` naming every way and why it did not work.
 */
export async function findServer(deps: FindDeps): Promise<FoundServer> {
  const misses: string[] = [];
  for (const step of stepsOf(deps)) {
    deps.progress({ step: step.name, detail: step.intent, state: "start" });
    const result = await tryStep(step, deps.signal);
    if (isFound(result)) {
      deps.progress({
        step: step.name,
        detail: `nats-server ${result.version} at ${result.path}`,
        state: "done",
      });
      return result;
    }
    deps.progress({ step: step.name, ...result });
    misses.push(`${step.name}: ${result.detail}`);
  }
  throw new FleetError("unavailable", noServer(misses), { details: { tried: misses } });
}

interface Step {
  readonly name: FindStep;
  readonly intent: string;
  run(): Promise<StepResult>;
}

function stepsOf(deps: FindDeps): readonly Step[] {
  const { cacheDir } = deps.paths;
  const run = commandRunner(deps.env, deps.signal);
  const say = (detail: string) => deps.progress({ step: "package", detail, state: "start" });
  return [
    { name: "path", intent: "looking on PATH", run: () => serverOnPath(deps.env["PATH"], run) },
    { name: "installed", intent: `looking in ${cacheDir}`, run: () => serverInstalled(cacheDir, run) },
    { name: "archive", intent: "fetching the official release", run: () => archiveStep(deps, run) },
    {
      name: "package",
      intent: "fetching the package of a newer suite",
      run: () => serverFromPackage({ cacheDir, run, signal: deps.signal, say }),
    },
  ];
}

async function tryStep(step: Step, signal: AbortSignal): Promise<StepResult> {
  try {
    signal.throwIfAborted();
    return await step.run();
  } catch (error) {
    signal.throwIfAborted();
    return { state: "failed", detail: messageOf(error) };
  }
}

async function archiveStep(deps: FindDeps, run: Run): Promise<StepResult> {
  const platform = platformOf(process.platform, process.arch);
  const source = archiveFor(platform, deps.env["FLEET_SERVER_ARCHIVE"] || undefined);
  if (source === undefined) return { state: "skipped", detail: `no pinned release for ${platform}` };
  return serverFromArchive(source, {
    cacheDir: deps.paths.cacheDir,
    fetch: deps.fetch,
    run,
    signal: deps.signal,
  });
}

function noServer(misses: readonly string[]): string {
  return (
    `finding a nats-server ${minimumServerVersion} or newer: none of the ways worked (${misses.join(" | ")}). ` +
    "Put a current nats-server on PATH, name a mirror in FLEET_SERVER_ARCHIVE (a base URL, or <url>#sha256=<hex>), " +
    "or use a server that exists: fleet up --connect URL"
  );
}
