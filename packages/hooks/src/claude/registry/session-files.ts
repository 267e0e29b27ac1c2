import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isSameProcess, takesSignals } from "./process.ts";
import { readSessionFile, type ClaudeSession } from "./session-file.ts";

/** The folder's sessions as they are known. */
export interface Listed {
  readonly live: ReadonlyMap<number, ClaudeSession>;
  /** Their files stayed behind. */
  readonly dead: ReadonlySet<number>;
  /** Their files are being written: what was known of them stands. */
  readonly unread: ReadonlySet<number>;
}

/** The files of a folder, read only when they change: a thousand sessions are looked at each second. */
export interface SessionFiles {
  /** Reads these entries. */
  look(names: Iterable<string>): Promise<void>;
  /** Finds what came, changed or went though nobody told of it, and whose process is not the one any more. */
  sweep(): Promise<void>;
  /** As of the last look; the processes as of now. */
  now(): Listed;
}

interface Known {
  /** Absent: being written, or not understood. */
  readonly session?: ClaudeSession;
  /** The process has ended, or is another one than the file's. */
  readonly isDead: boolean;
  readonly stamp: string;
}

/** A file that changes twice in one tick of the file system's clock has one time: younger than this it is read again. */
const settledMs = 100;

/** The files of `folder`, none read yet. `onUnknown` is called once a file whose shape is not the known one. */
export function sessionFiles(folder: string, onUnknown: (file: string) => void): SessionFiles {
  const files = new Map<string, Known>();
  const unknown = new Set<string>();
  const look = async (names: Iterable<string>) => {
    for (const name of names) {
      const stamp = isEntry(name) ? stampOf(join(folder, name)) : undefined;
      if (stamp === undefined) files.delete(name);
      else files.set(name, { ...(await readEntry(name)), stamp });
    }
  };
  const readEntry = async (name: string): Promise<Omit<Known, "stamp">> => {
    const read = await readSessionFile(join(folder, name));
    if (read === "unknown" && !unknown.has(name)) onUnknown(name);
    if (read === "unknown") unknown.add(name);
    if (typeof read === "string") return { isDead: !isSameProcess(pidOf(name), undefined) };
    return { session: read, isDead: !isSameProcess(pidOf(name), read.procStart) };
  };
  return {
    look,
    sweep: async () => {
      const names = (await listFolder(folder)).filter(isEntry);
      const there = new Set(names);
      for (const name of [...files.keys()]) if (!there.has(name)) files.delete(name);
      for (const [name, known] of files) files.set(name, { ...known, isDead: isGone(name, known) });
      await look(names.filter((name) => hasChanged(join(folder, name), files.get(name))));
    },
    now: () => listed(files),
  };
}

function listed(files: ReadonlyMap<string, Known>): Listed {
  const [live, dead, unread] = [new Map<number, ClaudeSession>(), new Set<number>(), new Set<number>()];
  for (const [name, { session, isDead }] of files) {
    const pid = pidOf(name);
    if (isDead || !takesSignals(pid)) dead.add(pid);
    else if (session === undefined) unread.add(pid);
    else live.set(pid, session);
  }
  return { live, dead, unread };
}

function isGone(name: string, { session }: Known): boolean {
  return !isSameProcess(pidOf(name), session?.procStart);
}

function isEntry(name: string): boolean {
  return /^\d+\.json$/.test(name);
}

function pidOf(name: string): number {
  return Number.parseInt(name, 10);
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    // No session has run under this folder yet.
    return [];
  }
}

/** What was being read is read again: it may be whole by now. */
function hasChanged(path: string, known: Known | undefined): boolean {
  return known?.session === undefined || known.stamp === "" || known.stamp !== stampOf(path);
}

/** Differs when the file does; empty where that cannot be told yet, undefined where there is none. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return Math.abs(Date.now() - mtimeMs) < settledMs ? "" : `${ino} ${size} ${mtimeMs}`;
  } catch {
    return undefined; // removed
  }
}
