import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { programEnvironment } from "../program/environment.ts";

/** A process as the system shows it. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** Its process group. */
  readonly group: number;
  /** The process group that has its terminal; -1 without a terminal. */
  readonly foreground: number;
}

/** Looks up one process; undefined when there is none, or only its zombie. */
export type FindProcess = (pid: number) => Promise<ProcessFacts | undefined>;

/** This machine's own processes: `/proc` on Linux, `ps` elsewhere. */
export const findProcess: FindProcess = (pid) =>
  process.platform === "linux" ? findInProc(pid) : findWithPs(pid);

/** Whether `pid` is `root` or one of its descendants. */
export async function isInTree(find: FindProcess, pid: number, root: number): Promise<boolean> {
  let next: number | undefined = pid;
  for (let depth = 0; next !== undefined && next > 1 && depth < 64; depth += 1) {
    if (next === root) return true;
    next = (await find(next))?.parent;
  }
  return false;
}

async function findInProc(pid: number): Promise<ProcessFacts | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""); // gone
  // The command's name stands in parentheses and may hold any character.
  return parseFacts(pid, stat.slice(stat.lastIndexOf(")") + 2).split(" "), [0, 1, 2, 5]);
}

async function findWithPs(pid: number): Promise<ProcessFacts | undefined> {
  const args = ["-o", "state=,ppid=,pgid=,tpgid=", "-p", String(pid)];
  const run = promisify(execFile)("ps", args, { env: programEnvironment, timeout: 2000 });
  const { stdout } = await run.catch(() => ({ stdout: "" })); // gone
  return parseFacts(pid, stdout.trim().split(/\s+/), [0, 1, 2, 3]);
}

function parseFacts(
  pid: number,
  row: readonly string[],
  columns: readonly number[],
): ProcessFacts | undefined {
  const [state = "", parent, group, foreground] = columns.map((column) => row[column]);
  if (state === "" || parent === undefined || /^[ZX]/.test(state)) return undefined;
  const foregroundGroup = Number(foreground);
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    foreground: foregroundGroup > 0 ? foregroundGroup : -1,
  };
}
