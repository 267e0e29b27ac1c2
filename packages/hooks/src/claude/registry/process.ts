import { closeSync, openSync, readSync } from "node:fs";

/**
 * Whether the process `pid` runs and is the one that started at `procStart` (ticks since boot; unknown: not compared).
 * One that has ended and was not reaped still takes signals, and does not run: tmux 3.3a forgets a child now and then.
 */
export function isSameProcess(pid: number, procStart: string | undefined): boolean {
  const stat = statOf(pid);
  if (stat === undefined) return takesSignals(pid);
  const isDead = /^[ZX]/.test(stat[0] ?? "");
  return !isDead && (procStart === undefined || stat[startField] === procStart);
}

/** Field 22 of the file, counted from the state, which is field 3. */
const startField = 19;

/** Whether there is such a process, also a dead one that nobody has reaped; a tenth of the cost. */
export function takesSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** More than its 52 numbers and the command's 64 bytes can take. */
const maxStatBytes = 2048;

/**
 * /proc/PID/stat from the state on; the command before it may hold spaces and brackets. By one read: a thousand are looked
 * at every ten seconds. Undefined where there is none, or no /proc (macOS).
 */
function statOf(pid: number): readonly string[] | undefined {
  let file: number | undefined;
  try {
    file = openSync(`/proc/${pid}/stat`, "r");
    const bytes = Buffer.allocUnsafe(maxStatBytes);
    const stat = bytes.toString("latin1", 0, readSync(file, bytes, 0, maxStatBytes, 0));
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
