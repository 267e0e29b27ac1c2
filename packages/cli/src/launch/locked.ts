import { join } from "node:path";
import { takeLock, type Lock } from "@fleetbus/daemon";
import { FleetError } from "@fleetbus/core";
import type { Context } from "../command/context.ts";

/** What the lock needs of a command's context. */
export interface LockPlace {
  readonly world: Pick<Context["world"], "clock" | "signal">;
  paths(): Pick<ReturnType<Context["paths"]>, "runDir">;
  say(line: string): Promise<void>;
}

/** So that of several that wait the next one comes soon. */
const retryMs = 100;

/**
 * Runs work that looks what is missing and starts it, one launch or stop of this machine at a time: two at once would both
 * find it missing. Waits for the other one; throws `conflict` with its process when that takes longer than `timeoutMs`.
 */
export async function locked<T>(timeoutMs: number, context: LockPlace, work: () => Promise<T>): Promise<T> {
  const lock = await lockIn(timeoutMs, context);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function lockIn(timeoutMs: number, context: LockPlace): Promise<Lock> {
  const { clock, signal } = context.world;
  const file = join(context.paths().runDir, "launch.lock");
  const endsAt = clock.monotonic() + timeoutMs;
  for (let isTold = false; ; isTold = true) {
    try {
      return await takeLock(file, heldBy);
    } catch (error) {
      const isHeld = error instanceof FleetError && error.code === "conflict";
      if (!isHeld || clock.monotonic() >= endsAt) throw error;
      if (!isTold) await context.say("another fleet launch is at work: waiting for it");
      await clock.sleep(retryMs, signal);
    }
  }
}

function heldBy(pid: number): string {
  return `launching: another fleet launch is at work (process ${pid}); try again when it is done`;
}
