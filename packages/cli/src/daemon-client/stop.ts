import { FleetError, type Paths } from "@fleetbus/core";
import { holderOf } from "@fleetbus/daemon";
import type { World } from "../world/world.ts";
import { errorOf, readText } from "./body.ts";
import { isDown, type Watched } from "./daemon.ts";
import { endHolder } from "./end-holder.ts";
import { isSilent } from "./silent.ts";

/** How long a clean stop may take: 10,000 consumers cost nats-server seconds (issue: "in seconds also with 10,000 consumers"). */
const stopMs = 60_000;

/** Who holds the lock and does not listen starts, or ends, or hangs in that; SIGTERM, which comes after this, ends a start cleanly. */
const listenMs = 10_000;

/** Far more than the kernel takes to close what a killed process had open. */
const closedMs = 5000;

/** The unit's second before a restart, and the time that a daemon takes to its lock. */
const startedAgainMs = 2500;

interface Parts {
  readonly world: World;
  readonly watched: Watched;
  readonly paths: Paths;
}

/**
 * Ends the running daemon, of whatever version, and waits until it has let go of everything; false when none ran. One that
 * does not answer, or not end, is ended by force (`endHolder`), its server too where `server` says so.
 */
export async function stopDaemon(parts: Parts, options: { readonly server: boolean }): Promise<boolean> {
  try {
    if (!(await untilAsked(parts, options))) return false;
    await untilEnded(parts);
    return true;
  } catch (error) {
    const pid = isSilent(error) ? await holderOf(parts.paths.lockFile) : undefined;
    if (pid === undefined) throw error;
    await endHolder(parts, pid);
    await untilClosed(parts);
  }
  if (!options.server) return true;
  if (await isStartedAgain(parts)) return stopDaemon(parts, options);
  await endServer(parts);
  return true;
}

/** False when none runs. */
async function untilAsked(parts: Parts, options: { readonly server: boolean }): Promise<boolean> {
  const { clock, signal } = parts.world;
  const deadline = clock.monotonic() + listenMs;
  while (!(await askToStop(parts.watched, options))) {
    const pid = await holderOf(parts.paths.lockFile);
    // Without a start time in its lock (macOS) a pid is only known to be the daemon's while it listens.
    if (pid === undefined || process.platform !== "linux") return false;
    if (clock.monotonic() > deadline) throw silent(`pid ${pid}, lives and does not listen`);
    await clock.sleep(100, signal);
  }
  return true;
}

/** The lock goes last, after the server. */
async function untilEnded({ world, watched, paths }: Parts): Promise<void> {
  const { clock, signal } = world;
  const deadline = clock.monotonic() + stopMs;
  while ((await isListening(watched)) || (await holderOf(paths.lockFile)) !== undefined) {
    if (clock.monotonic() > deadline)
      throw silent(`it has not ended after ${stopMs / 1000} s; see its log ${paths.logFile}`);
    await clock.sleep(25, signal);
  }
}

function silent(why: string): FleetError {
  return new FleetError("unavailable", `stopping the daemon: ${why}`, { details: { reason: "silent" } });
}

/** This route is answered to callers of any version. */
async function askToStop(watched: Watched, options: { readonly server: boolean }): Promise<boolean> {
  try {
    return await watched(async (ask) => {
      const answer = await ask({ method: "POST", path: "/v1/stop", body: JSON.stringify(options) });
      const text = await readText(answer.body);
      if (answer.status >= 400) throw errorOf(answer.status, text);
      return true;
    });
  } catch (error) {
    if (isDown(error)) return false;
    throw error;
  }
}

async function isListening(watched: Watched): Promise<boolean> {
  try {
    return await watched(async (ask) => {
      await readText((await ask({ method: "GET", path: "/healthz" })).body);
      return true;
    });
  } catch (error) {
    if (isSilent(error)) throw error;
    return !isDown(error); // else the connection broke while it was going down
  }
}

/** A killed process's socket is closed a moment after it, unless it was started again at once (systemd, launchd). */
async function untilClosed({ world, watched, paths }: Parts): Promise<void> {
  const isOpen = () => isListening(watched).catch((error: unknown) => isFull(error));
  const deadline = world.clock.monotonic() + closedMs;
  while ((await holderOf(paths.lockFile)) === undefined && (await isOpen())) {
    if (world.clock.monotonic() > deadline) return;
    await world.clock.sleep(25, world.signal);
  }
}

/** systemd takes a killed daemon for one that crashed; one that ends when it is asked stays away. */
async function isStartedAgain({ world, paths }: Parts): Promise<boolean> {
  const deadline = world.clock.monotonic() + startedAgainMs;
  while ((await holderOf(paths.lockFile)) === undefined) {
    if (world.clock.monotonic() > deadline) return false;
    await world.clock.sleep(25, world.signal);
  }
  await world.stderr.write("fleet: the machine has started it again: stopping that one too\n");
  return true;
}

/** As long as the kernel takes to let go of all that waited for it, its socket takes no connection. */
function isFull(error: unknown): true {
  if (isSilent(error)) return true;
  throw error;
}

/** What a daemon that ends by itself does. */
async function endServer({ world, paths }: Parts): Promise<void> {
  const { forgetChoice } = await import("@fleetbus/daemon");
  const { endOrphans } = await import("@fleetbus/daemon/server");
  await endOrphans(paths, world.clock);
  await forgetChoice(paths);
}
