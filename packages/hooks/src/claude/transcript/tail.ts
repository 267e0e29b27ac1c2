import { open, type FileHandle } from "node:fs/promises";
import { changesOf } from "./changes.ts";

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
 * replaced or shrinks is read from its start. Ends when the signal aborts; throws only what the file system throws
 * beyond "not there".
 */
export async function* tailFile(options: TailOptions): AsyncGenerator<TailBatch, void> {
  let place: Place = { offset: options.from ?? 0, inode: undefined };
  for await (const _ of changesOf(options)) {
    const batch = await readOn(options.path, place);
    if (batch === undefined) continue;
    place = { offset: batch.offset, inode: batch.inode };
    if (batch.lines.length > 0 || batch.isReset) yield batch;
  }
}

interface Place {
  readonly offset: number;
  readonly inode: number | undefined;
}

type PlacedBatch = TailBatch & { readonly inode: number };

async function readOn(path: string, place: Place): Promise<PlacedBatch | undefined> {
  const file = await openExisting(path);
  if (file === undefined) return undefined;
  try {
    const { ino, size } = await file.stat();
    const isReset = (place.inode !== undefined && place.inode !== ino) || size < place.offset;
    const from = isReset ? 0 : place.offset;
    const bytes = await readRange(file, { from, to: size });
    const end = bytes.lastIndexOf(0x0a) + 1;
    const lines =
      end === 0
        ? []
        : bytes
            .subarray(0, end - 1)
            .toString("utf8")
            .split("\n");
    return { lines, offset: from + end, isReset, inode: ino };
  } finally {
    await file.close();
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function readRange(file: FileHandle, { from, to }: { from: number; to: number }): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
