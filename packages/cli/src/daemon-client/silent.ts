import { FleetError, type Paths } from "@fleetbus/core";
import type { World } from "../world/world.ts";

/** Whether somebody listens on the socket and did not answer. */
export function isSilent(error: unknown): boolean {
  return error instanceof FleetError && error.code === "unavailable" && error.details["reason"] === "silent";
}

/** Rejects with the error; one of a silent daemon names its process and the way out. */
export async function nameSilent(error: unknown, { lockFile }: Paths): Promise<never> {
  if (!isSilent(error)) throw error;
  const { holderOf } = await import("@fleetbus/daemon");
  const pid = await holderOf(lockFile);
  throw pid === undefined ? error : silentError(pid, "no answer came in time", error);
}

/** What is silent, by its pid, why it counts as that, and how it is ended. */
export function silentError(pid: number, why: string, cause?: unknown): FleetError {
  return new FleetError("unavailable", `asking the daemon, pid ${pid}: ${why}; fleet down ends it`, {
    cause,
    details: { reason: "silent", pid },
  });
}

/** An answer comes from memory, in milliseconds: only who has waited so long looks at the process. */
const lookAfterMs = 1000;

/**
 * Does the work, given a signal that is the world's; as soon as the daemon is seen to stand still (`standsStill`), rejects
 * with what `isSilent` knows, and aborts the work. Whatever the work opened is used up when this resolves.
 */
export async function whileItMoves<T>(
  { world, paths }: { readonly world: World; readonly paths: Paths },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const end = () => over.abort(world.signal.reason);
  if (world.signal.aborted) end();
  world.signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([work(over.signal), untilStill(world, paths, over.signal)]);
  } finally {
    world.signal.removeEventListener("abort", end);
    over.abort();
  }
}

async function untilStill({ clock }: World, paths: Paths, signal: AbortSignal): Promise<never> {
  for (;;) {
    await clock.sleep(lookAfterMs, signal);
    const { stillHolder } = await import("./still.ts");
    const pid = await stillHolder(paths, signal);
    if (pid !== undefined) throw silentError(pid, "it stands still");
  }
}
