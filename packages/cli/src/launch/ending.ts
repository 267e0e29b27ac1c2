import { readFileSync } from "node:fs";
import type { Context } from "../command/context.ts";

/** Whether a process is gone, at once or within `graceMs`. */
export async function isGone(pid: number, graceMs: number, { world }: Context): Promise<boolean> {
  const { clock, signal } = world;
  const endsAt = clock.monotonic() + graceMs;
  while (isRunning(pid) && clock.monotonic() < endsAt) await clock.sleep(50, signal);
  return !isRunning(pid);
}

/** Sends a signal (0: none); false where the process is gone, or nobody's of this person. */
export function isSignalled(pid: number, signal: "SIGTERM" | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // ESRCH, EPERM
  }
}

/** One that ended is there until its parent, the multiplexer, has asked how: it takes its time. */
function isRunning(pid: number): boolean {
  return isSignalled(pid, 0) && !/^[ZX]/.test(stateOf(pid));
}

/** What follows the command's name in its stat; empty on systems without /proc. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2);
  } catch {
    return ""; // gone in between, which the next look sees, or another system
  }
}
