import { FleetError, messageOf, type Paths } from "@fleetbus/core";
import { holderOf } from "@fleetbus/daemon";
import type { World } from "../world/world.ts";
import { isSilent, whileItMoves } from "./silent.ts";

/** A daemon that takes the SIGTERM ends within 25 s whatever hangs around it. */
const termMs = 30_000;
/** A killed process goes at once, unless its disk hangs. */
const killMs = 10_000;

interface Place {
  readonly world: World;
  readonly paths: Paths;
}

/**
 * Ends the process that holds the daemon's lock, and says so: SIGTERM, with SIGCONT for one that was stopped; SIGKILL when it
 * then stands still, or after 30 s. Resolves when it is gone. What the daemon accepted is on disk. Nobody else is
 * signalled: the lock is looked at before each signal. Rejects with `pending` where even that does not end it, and with
 * `unauthorized` where it may not be signalled.
 */
export async function endHolder(place: Place, pid: number): Promise<void> {
  const { stderr } = place.world;
  await stderr.write(`fleet: the daemon, pid ${pid}, does not answer: ending it with SIGTERM\n`);
  await signalHolder(place, pid, "SIGTERM");
  await signalHolder(place, pid, "SIGCONT");
  if (await isGoneSoon(place, pid)) return;
  await stderr.write(
    `fleet: pid ${pid} takes no SIGTERM: ending it with SIGKILL; what it accepted is on disk\n`,
  );
  await signalHolder(place, pid, "SIGKILL");
  if (await isGoneWithin(place, pid, { ms: killMs, signal: place.world.signal })) return;
  throw new FleetError(
    "pending",
    `ending the daemon, pid ${pid}: it is still there ${killMs / 1000} s after SIGKILL; does its disk hang?`,
  );
}

/** False also as soon as it stands still: then no time ends it. */
async function isGoneSoon(place: Place, pid: number): Promise<boolean> {
  try {
    return await whileItMoves(place, (signal) => isGoneWithin(place, pid, { ms: termMs, signal }));
  } catch (error) {
    if (isSilent(error)) return false;
    throw error;
  }
}

async function isGoneWithin(
  { world, paths }: Place,
  pid: number,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const deadline = world.clock.monotonic() + ms;
  while ((await holderOf(paths.lockFile)) === pid) {
    if (world.clock.monotonic() > deadline) return false;
    await world.clock.sleep(25, signal);
  }
  return true;
}

async function signalHolder({ paths }: Place, pid: number, name: NodeJS.Signals): Promise<void> {
  if ((await holderOf(paths.lockFile)) !== pid) return; // gone meanwhile
  try {
    process.kill(pid, name);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ESRCH") return; // gone just now
    throw new FleetError("unauthorized", `ending the daemon, pid ${pid}: ${messageOf(cause)}`, { cause });
  }
}
