import { mkdir, open, readdir, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { FleetError, messageOf } from "@fleetbus/core";
import { frame, readFrames } from "./frame.ts";

/** A write-ahead log in one folder. Records are on disk (fdatasync) when `append` resolves; appends share one sync. */
export interface AppendLog {
  /** Rejects with `storage` when the disk is full, read-only or the log's bound is reached; nothing of the record remains then. */
  append(record: Uint8Array): Promise<void>;
  /** Bytes of all segments. */
  bytes(): number;
  /**
   * Begins a new segment that starts with what `keep` gives at that moment, then drops all older ones. After a crash in
   * the middle both are there, so records must bear being read twice. Appends in flight land in the new segment.
   */
  rewrite(keep: () => readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}

/** What a log held when it was opened. */
export interface OpenedLog {
  readonly log: AppendLog;
  readonly records: readonly Uint8Array[];
  /** Torn or damaged ends that were skipped. */
  readonly torn: number;
}

interface Waiting {
  readonly bytes: Buffer;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Opens (and creates) the log in `dir`, at most `maxBytes` large. */
export async function openLog(dir: string, maxBytes: number): Promise<OpenedLog> {
  await guard(`opening the log in ${dir}`, () => mkdir(dir, { recursive: true, mode: 0o700 }));
  const segments = (await readdir(dir)).filter((name) => name.endsWith(".log")).sort();
  const read = await Promise.all(segments.map((name) => readFrames(join(dir, name))));
  const log = new SegmentedLog({ dir, maxBytes, segments });
  await log.begin(read.reduce((sum, each) => sum + each.goodBytes, 0));
  return {
    log,
    records: read.flatMap((each) => each.records),
    torn: read.reduce((sum, each) => sum + each.torn, 0),
  };
}

interface Found {
  readonly dir: string;
  readonly maxBytes: number;
  /** The files of earlier runs, oldest first; they are numbered. */
  readonly segments: readonly string[];
}

class SegmentedLog implements AppendLog {
  private readonly dir: string;
  private readonly maxBytes: number;
  private number: number;
  private old: readonly string[];
  private file: FileHandle | undefined;
  private size = 0;
  private oldSize = 0;
  private readonly queue: Waiting[] = [];
  private readonly jobs: (() => Promise<void>)[] = [];
  private flushing: Promise<void> | undefined;

  constructor({ dir, maxBytes, segments }: Found) {
    this.dir = dir;
    this.maxBytes = maxBytes;
    this.number = Number.parseInt(segments.at(-1) ?? "0", 10) + 1;
    this.old = segments;
  }

  async begin(oldSize: number): Promise<void> {
    this.oldSize = oldSize;
    this.file = await this.create(this.number);
  }

  bytes(): number {
    return this.size + this.oldSize;
  }

  append(record: Uint8Array): Promise<void> {
    const bytes = frame(record);
    if (this.bytes() + bytes.length > this.maxBytes) {
      return Promise.reject(
        new FleetError("storage", `appending to ${this.dir}: its bound of ${this.maxBytes} bytes is reached`),
      );
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ bytes, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  rewrite(keep: () => readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.jobs.push(() => this.replace(keep()).then(resolve, reject));
      this.flushing ??= this.flush();
    });
  }

  async close(): Promise<void> {
    await this.flushing;
    await this.file?.close();
    this.file = undefined;
  }

  private async flush(): Promise<void> {
    for (;;) {
      const job = this.jobs.shift();
      if (job === undefined && this.queue.length === 0) break;
      const batch = job === undefined ? this.queue.splice(0) : [];
      await (job === undefined ? this.write(batch) : job());
    }
    this.flushing = undefined;
  }

  private async replace(keep: readonly Uint8Array[]): Promise<void> {
    const next = this.number + 1;
    const bytes = Buffer.concat(keep.map(frame));
    const file = await this.create(next);
    await writeSynced(file, bytes, 0).catch(async (error: unknown) => {
      await file.close(); // the next attempt makes it anew
      throw error;
    });
    const stale = [...this.old, this.nameOf(this.number)];
    await this.file?.close();
    Object.assign(this, { number: next, file, size: bytes.length, oldSize: 0, old: [] });
    await Promise.all(stale.map((name) => unlink(join(this.dir, name))));
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    const bytes =
      batch.length === 1 && batch[0] ? batch[0].bytes : Buffer.concat(batch.map((each) => each.bytes));
    try {
      if (this.file === undefined) throw new FleetError("storage", `appending to ${this.dir}: it is closed`);
      await writeSynced(this.file, bytes, this.size);
      this.size += bytes.length;
      for (const each of batch) each.resolve();
    } catch (error) {
      await this.file?.truncate(this.size).catch(() => undefined); // a torn end is skipped at the next start anyway
      const reason = new FleetError("storage", `appending to ${this.dir}: ${messageOf(error)}`, {
        cause: error,
      });
      for (const each of batch) each.reject(reason);
    }
  }

  private create(number: number): Promise<FileHandle> {
    return guard(`opening the log in ${this.dir}`, () =>
      open(join(this.dir, this.nameOf(number)), "w", 0o600),
    );
  }

  private nameOf(number: number): string {
    return `${String(number).padStart(10, "0")}.log`;
  }
}

async function writeSynced(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
  await file.datasync();
}

async function guard<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new FleetError("storage", `${doing}: ${messageOf(error)}`, { cause: error });
  }
}
