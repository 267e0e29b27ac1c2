import type { AdapterLog, Clock, Paths } from "@fleetbus/core";
import { openCredentials } from "../credentials/credentials.ts";
import type { Trust } from "../credentials/accounts.ts";
import { defaultStoreLimits, serverFiles, type StoreLimits } from "./launch/config.ts";
import { launch } from "./launch/launch.ts";
import type { LaunchPlan } from "./launch/plan.ts";
import { defaultRestartPolicy, type RestartPolicy } from "./restart.ts";
import type { ManagedServer } from "./server.ts";
import { supervise } from "./supervise.ts";

/** What a managed server needs from outside. */
export interface StartDeps {
  readonly paths: Pick<Paths, "serverDir">;
  /** A nats-server ≥ 2.14 (`findServer`). */
  readonly binary: string;
  /** Client port; by default that of the last run, or a free one. Where a stranger listens there, another is chosen. */
  readonly port?: number;
  /** By default that of the keys under `serverDir` (`openCredentials`). */
  readonly trust?: Trust;
  readonly log: AdapterLog;
  readonly clock: Clock;
  readonly limits?: StoreLimits;
  readonly restart?: RestartPolicy;
  /** Ends this start; without meaning once it has resolved. */
  readonly signal?: AbortSignal;
}

const readyWithinMs = 60_000;
const stopWithinMs = 2000;

/**
 * Starts (or adopts) the server of `paths.serverDir` on loopback and keeps it running: restarted with backoff when it dies,
 * given up with the reason after a crash loop. Resolves when it answers. One caller a folder: the daemon's lock sees to that.
 * The server outlives this process, whatever ends it, until `stop`.
 * Throws `failed` with what the server said, `version`, `conflict`, `storage`, `malformed` (keys), or the signal's reason.
 */
export async function startServer(deps: StartDeps): Promise<ManagedServer> {
  const life = new AbortController();
  const giveUp = () => life.abort(deps.signal?.reason);
  if (deps.signal?.aborted === true) giveUp();
  deps.signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const trust = deps.trust ?? (await openCredentials(deps)).trust;
    const plan = planOf(deps, trust, life.signal);
    const launched = await launch(plan);
    return supervise(launched, { plan, life, policy: deps.restart ?? defaultRestartPolicy });
  } finally {
    deps.signal?.removeEventListener("abort", giveUp);
  }
}

function planOf(deps: StartDeps, trust: Trust, signal: AbortSignal): LaunchPlan {
  const { binary, log, clock } = deps;
  const files = serverFiles(deps.paths.serverDir);
  const limits = deps.limits ?? defaultStoreLimits;
  return { binary, trust, log, clock, files, limits, port: deps.port, readyWithinMs, stopWithinMs, signal };
}
