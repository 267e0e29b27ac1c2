import { readFileSync } from "node:fs";

/**
 * Whether a process runs. One that has ended and was not reaped still takes signals: tmux 3.3a forgets children that end
 * while it opens a pane, and a container's init may reap none.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // ESRCH is the answer "no"
  }
  return !/^[ZX]/.test(stateOf(pid));
}

/** What follows the command's name in its stat; empty where there is no /proc. */
function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2);
  } catch {
    return process.platform === "linux" ? "X" : ""; // gone in between, or another system
  }
}
