import { readFile } from "node:fs/promises";

/** Whether the process `pid` runs and is the one that started at `procStart` (ticks since boot; unknown: not compared). */
export async function isSameProcess(pid: number, procStart: string | undefined): Promise<boolean> {
  if (!isRunning(pid)) return false;
  const start = procStart === undefined ? undefined : await startTicks(pid);
  return start === undefined || start === procStart;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Field 22 of /proc/PID/stat; the command before it may hold spaces and brackets. Undefined without /proc (macOS). */
async function startTicks(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
