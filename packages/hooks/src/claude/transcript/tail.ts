import type { FileHandle } from "node:fs/promises";
import { changesOf } from "./changes.ts";
import { openRegularFile } from "../../regular-file.ts";

/** What one look at a growing file gave. */
export interface TailBatch {
  /** Whole lines, without their ends. */
  readonly lines: readonly string[];
  /** Bytes read as whole lines: where a later tail may start. */
  readonly offset: number;
  /** The file was replaced or cut since the last look; `lines` begin at its start. */
  readonly isReset: boolean;
}

/** Where to read and how long. */
export interface TailOptions {
  readonly path: string;
  /** Byte offset of a line's start. */
  readonly from?: number;
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal;
  /** At least this often the file is looked at, where the system tells of no change. */
  readonly pollMs?: number;
}

/**
 * Reads a file of lines as it grows. The path need not exist yet; a torn last line waits for its end; a file that is
 * replaced or shrinks is read from its start. A batch is a few megabytes at most, unless one line is longer. Ends when
 * the signal aborts; throws what the file system throws beyond "not there", and `malformed` for what is no regular file.
 */
export async function* tailFile(options: TailOptions): AsyncGenerator<TailBatch, void> {
  let place: Place = { offset: options.from ?? 0, inode: undefined };
  for await (const _ of changesOf(options)) {
    for (let isMore = true; isMore && !options.signal.aborted;) {
      const batch = await readOn(options.path, place);
      isMore = batch?.isMore === true;
      if (batch === undefined) continue;
      place = { offset: batch.offset, inode: batch.inode };
      if (batch.lines.length > 0 || batch.isReset) yield batch;
    }
  }
}

/** So much is read at once: its lines are parsed in one go, while the process does nothing else. */
const chunkBytes = 1024 * 1024;

interface Place {
  readonly offset: number;
  readonly inode: number | undefined;
}

type PlacedBatch = TailBatch & { readonly inode: number; readonly isMore: boolean };

async function readOn(path: string, place: Place): Promise<PlacedBatch | undefined> {
  const file = await openExisting(path);
  if (file === undefined) return undefined;
  try {
    const { ino, size } = await file.stat();
    const isReset = (place.inode !== undefined && place.inode !== ino) || size < place.offset;
    const from = isReset ? 0 : place.offset;
    const { lines, bytes } = await readLines(file, { from, to: size });
    const isMore = bytes > 0 && from + bytes < size;
    return { lines, offset: from + bytes, isReset, inode: ino, isMore };
  } finally {
    await file.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await openRegularFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Whole lines from the range's start, a chunk of them or one that is longer, and the bytes that they take. */
async function readLines(
  file: FileHandle,
  { from, to }: Range,
): Promise<{ readonly lines: readonly string[]; readonly bytes: number }> {
  for (let size = chunkBytes; ; size *= 2) {
    const bytes = await readRange(file, { from, to: Math.min(to, from + size) });
    const end = bytes.lastIndexOf(0x0a) + 1;
    const isLongLine = end === 0 && from + bytes.length < to && bytes.length === size;
    if (isLongLine) continue;
    const text = bytes.subarray(0, Math.max(0, end - 1)).toString("utf8");
    return { lines: end === 0 ? [] : text.split("\n"), bytes: end };
  }
}

async function readRange(file: FileHandle, { from, to }: Range): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
