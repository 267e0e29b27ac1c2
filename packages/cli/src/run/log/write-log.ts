import { mkdir, open, rename, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, type Sealer } from "@fleetbus/core";

/** The largest log; what comes after it is counted. */
export const maxLogBytes = 64 * 1024 * 1024;
/** So much may wait for the disk before the output waits too. */
const maxWaitingBytes = 1024 * 1024;

/** A log's name while it is written. */
export const partName = (run: string) => `${run}.part`;
/** Its name when all of it is there: from then on the daemon may take it. */
export const logName = (run: string) => `${run}.log`;

/** What became of a log. */
export interface LogEnd {
  /** Undefined where all went well. */
  readonly problem?: string;
  readonly skippedBytes: number;
}

/** The full log of one run. */
export interface RunLog {
  /** What it returns is to be waited for: the disk is behind. Never rejects. */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Resolves when all of it is on disk. */
  end(): Promise<LogEnd>;
}

/** Where a log goes. `sealer` may take its time: the command runs already. */
export interface LogPlace {
  readonly dir: string;
  readonly run: string;
  sealer(): Promise<Sealer>;
}

/** A log that is written beside the run; whatever goes wrong with it is told at the end and stops nothing else. */
export function writeLog({ dir, run, sealer }: LogPlace): RunLog {
  const state = { waiting: 0, taken: 0, seen: 0 };
  let problem: string | undefined;
  const opening = begin(dir, run, sealer);
  opening.catch(() => undefined); // told by the first write
  let last: Promise<unknown> = Promise.resolve();
  const next = (work: (log: Opened) => Promise<unknown>): Promise<void> => {
    const done = last.then(async () => (problem === undefined ? work(await opening) : undefined));
    const settled = done.then(
      () => undefined,
      (error: unknown) => void (problem ??= messageOf(error)),
    );
    last = settled;
    return settled;
  };
  return {
    write: (chunk) => {
      const kept = chunk.subarray(0, maxLogBytes - state.taken);
      state.seen += chunk.length;
      state.taken += kept.length;
      if (kept.length === 0) return undefined;
      state.waiting += kept.length;
      const written = next(async ({ file, seal }) => {
        await file.writeFile(seal.push(kept));
      }).then(() => void (state.waiting -= kept.length));
      return state.waiting > maxWaitingBytes ? written : undefined;
    },
    end: async () => {
      await next(async ({ file, seal }) => {
        await file.writeFile(seal.end());
        await file.sync();
        await rename(join(dir, partName(run)), join(dir, logName(run)));
      });
      await opening.then(({ file }) => file.close()).catch(() => undefined); // told already
      return { ...(problem === undefined ? {} : { problem }), skippedBytes: state.seen - state.taken };
    },
  };
}

interface Opened {
  readonly file: FileHandle;
  readonly seal: Sealer;
}

async function begin(dir: string, run: string, sealer: LogPlace["sealer"]): Promise<Opened> {
  const seal = await sealer();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return { file: await open(join(dir, partName(run)), "wx", 0o600), seal };
}
