import { closeSync, openSync, readSync, readlinkSync } from "node:fs";
import { execa } from "execa";
import { isOtherProcess } from "@fleetbus/core";

/** A process as the system shows it. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly hasTerminal: boolean;
}

/** How processes are looked up; another one in tests. */
export interface ProcessTable {
  /** Undefined when there is no such process. */
  find(pid: number): Promise<ProcessFacts | undefined>;
  isAlive(pid: number): boolean;
  /** At a tenth of the cost of `isAlive`: whether there is such a process, also a dead one that nobody has reaped. */
  takesSignals(pid: number): boolean;
  /** When it began, in the kernel's ticks since the boot; undefined where it does not run, or the system does not say (macOS). */
  startOf(pid: number): string | undefined;
}

/** This machine's own processes: `/proc` on Linux, `ps` elsewhere. */
export const systemProcesses: ProcessTable = {
  find: async (pid) => (process.platform === "linux" ? findInProc(pid) : findWithPs(pid)),
  isAlive: (pid) => isAlive(pid),
  takesSignals: (pid) => takesSignals(pid),
  startOf: (pid) => (process.platform === "linux" ? startIn(statOf(pid)) : undefined),
};

/** Whether a process runs that is not known to be another one than was seen under this pid: pids come again. */
export function isStillThere(table: ProcessTable, { pid, procStart }: Seen): boolean {
  const start = procStart === undefined ? undefined : table.startOf(pid);
  return start === undefined ? table.isAlive(pid) : !isOtherProcess({ procStart }, { procStart: start });
}

interface Seen {
  readonly pid: number;
  readonly procStart?: string | undefined;
}

/** The process and its parents up to init, nearest first. */
export async function lineage(table: ProcessTable, pid: number): Promise<readonly ProcessFacts[]> {
  const found: ProcessFacts[] = [];
  let next = pid;
  while (next > 1 && found.length < 64) {
    const facts = await table.find(next);
    if (facts === undefined) break;
    found.push(facts);
    next = facts.parent;
  }
  return found;
}

/** A dead process that nobody has reaped (an init that does not, in a container) still takes signals. */
function isAlive(pid: number): boolean {
  if (!takesSignals(pid)) return false;
  return process.platform !== "linux" || hasProgram(pid) || !isDeadState(statOf(pid));
}

function takesSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** A dead process has none; asking costs a third of its state. */
function hasProgram(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) !== "";
  } catch {
    return false; // dead, or another user's: its state tells
  }
}

/** More than its 52 numbers and the command's 64 bytes can take. */
const maxStatBytes = 2048;

/** By one read and at once: `readFile` makes five calls of it, and awaited each goes through the pool of threads. */
function statOf(pid: number): string {
  let file: number | undefined;
  try {
    file = openSync(`/proc/${pid}/stat`, "r");
    const bytes = Buffer.allocUnsafe(maxStatBytes);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, maxStatBytes, 0));
  } catch {
    return ") X"; // gone in between
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Where the start stands among the fields. */
const startField = 19;

/** What follows the command's name, which stands in parentheses and may hold any character. */
function statFields(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function startIn(stat: string): string | undefined {
  return isDeadState(stat) ? undefined : statFields(stat)[startField];
}

function isDeadState(stat: string): boolean {
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}

function findInProc(pid: number): ProcessFacts | undefined {
  const [state, parent, , , terminal] = statFields(statOf(pid));
  if (state === "Z" || state === "X") return undefined;
  return { pid, parent: Number(parent), hasTerminal: terminal !== "0" };
}

async function findWithPs(pid: number): Promise<ProcessFacts | undefined> {
  const { stdout, failed } = await execa("ps", ["-o", "ppid=,tty=", "-p", String(pid)], {
    reject: false,
    timeout: 2000,
  });
  const [parent, terminal] = stdout.trim().split(/\s+/);
  if (failed || parent === undefined || terminal === undefined) return undefined;
  return { pid, parent: Number(parent), hasTerminal: terminal !== "??" && terminal !== "?" };
}
