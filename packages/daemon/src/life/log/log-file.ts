import { mkdir, open, rename, type FileHandle } from "node:fs/promises";
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

/** How much of a log is kept. */
export interface LogLimits {
  /** A file that would grow beyond is moved to `<path>.1`, that one to `.2`, and so on. */
  readonly maxBytes: number;
  /** Older files beside the one that is written. */
  readonly kept: number;
}

/** At most 40 MB. */
const defaultLimits: LogLimits = { maxBytes: 8 * 1024 * 1024, kept: 4 };

/**
 * Opens it, 0600. Rejects with `storage`. Files are moved by renaming alone, so that whoever dies in the middle of it
 * leaves at most a number out; a last line that was torn so is ended.
 */
export async function openLogFile(path: string, limits: LogLimits = defaultLimits): Promise<LogFile> {
  let file: Opened | undefined = await openFor(path);
  const waiting: string[] = [];
  let flushing: Promise<void> | undefined;
  const flush = async () => {
    while (waiting.length > 0) {
      const lines = take(waiting, limits.maxBytes);
      const isFull = file !== undefined && file.size > 0 && file.size + lines.length > limits.maxBytes;
      if (file === undefined || isFull) file = await rotate(path, file, limits).catch(() => undefined); // tried again with the next line
      await file?.append(lines).catch(() => undefined); // a full disk: they are gone
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
      await file?.close();
    },
  };
}

/** As many lines as fit into one file, at least one. */
function take(waiting: string[], maxBytes: number): Buffer {
  let [count, bytes] = [0, 0];
  for (const line of waiting) {
    bytes += Buffer.byteLength(line);
    if (count > 0 && bytes > maxBytes) break;
    count += 1;
  }
  return Buffer.from(waiting.splice(0, count).join(""));
}

interface Opened {
  readonly size: number;
  append(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

async function rotate(path: string, full: Opened | undefined, { kept }: LogLimits): Promise<Opened> {
  await full?.close();
  for (let number = full === undefined ? 0 : kept; number > 0; number -= 1)
    await move(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`);
  return openFor(path);
}

async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(() => undefined); // not so many yet; or it cannot be moved, and is written on
}

async function openFor(path: string): Promise<Opened> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await openedAt(await open(path, "a+", 0o600));
  } catch (error) {
    throw new FleetError("storage", `opening the log ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function openedAt(handle: FileHandle): Promise<Opened> {
  let { size } = await handle.stat();
  const append = async (bytes: Buffer) => {
    await handle.appendFile(bytes);
    size += bytes.length;
  };
  if (await isTorn(handle, size)) await append(Buffer.from("\n"));
  return {
    get size() {
      return size;
    },
    append,
    close: () => handle.close(),
  };
}

/** Whether the last line has no end: its writer was killed. */
async function isTorn(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
