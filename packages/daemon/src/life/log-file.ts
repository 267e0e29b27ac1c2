import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";

/** Lines waiting for the disk; more are dropped. */
const maxWaiting = 10_000;

/** A file that lines are appended to. */
export interface LogFile {
  /** Never throws, never blocks. What the disk does not take is dropped: a log must not stop what it tells of. */
  write(line: string): void;
  /** Resolves when what was written is on its way to the disk. */
  close(): Promise<void>;
}

/** Opens it, 0600. Rejects with `storage`. */
export async function openLogFile(path: string): Promise<LogFile> {
  const handle = await openFor(path);
  const waiting: string[] = [];
  let flushing: Promise<void> | undefined;
  const flush = async () => {
    while (waiting.length > 0) {
      const lines = waiting.splice(0).join("");
      await handle.appendFile(lines).catch(() => undefined); // a full disk: they are gone
    }
    flushing = undefined;
  };
  return {
    write: (line) => {
      if (waiting.length < maxWaiting) waiting.push(line);
      flushing ??= flush();
    },
    close: async () => {
      await flushing;
      await handle.close();
    },
  };
}

async function openFor(path: string) {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await open(path, "a", 0o600);
  } catch (error) {
    throw new FleetError("storage", `opening the log ${path}: ${messageOf(error)}`, { cause: error });
  }
}
