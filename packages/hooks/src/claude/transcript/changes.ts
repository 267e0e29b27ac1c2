import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";

/** What to look out for. */
export interface ChangesOptions {
  /** A file, or with `isFolder` a folder whose entries count. */
  readonly path: string;
  readonly isFolder?: boolean;
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal;
  /** Without news from the system, one turn comes this often; 500 ms unless given. */
  readonly pollMs?: number;
}

/**
 * Gives a turn at once and then whenever `path` may have changed. News that come while the consumer works make one more
 * turn, none is lost. A file's folder is watched, so that one that is made or replaced is noticed; while there is no
 * folder, polling alone works.
 */
export async function* changesOf(options: ChangesOptions): AsyncGenerator<void, void> {
  const { signal, pollMs = 500 } = options;
  const bell = doorbell(signal);
  let watcher: FSWatcher | undefined;
  try {
    while (!signal.aborted) {
      watcher ??= watchFolder(options, { ring: bell.ring, onLost: () => (watcher = undefined) });
      bell.reset();
      yield;
      await bell.wait(pollMs);
    }
  } finally {
    watcher?.close();
    bell.close();
  }
}

interface Watching {
  readonly ring: () => void;
  readonly onLost: () => void;
}

function watchFolder({ path, isFolder }: ChangesOptions, { ring, onLost }: Watching): FSWatcher | undefined {
  const [folder, name] = isFolder === true ? [path] : [dirname(path), basename(path)];
  try {
    const watcher = watch(folder, { persistent: false }, (_, changed) => {
      if (changed === null || name === undefined || changed === name) ring();
    });
    watcher.on("error", () => {
      watcher.close();
      onLost();
    });
    return watcher;
  } catch {
    // No folder yet, or no watches left: polling carries on and tries again.
    return undefined;
  }
}

interface Doorbell {
  ring(): void;
  reset(): void;
  /** Resolves at the next ring since the reset, after `ms`, or when the signal aborts. */
  wait(ms: number): Promise<void>;
  close(): void;
}

function doorbell(signal: AbortSignal): Doorbell {
  let hasRung = false;
  let wake: () => void = () => undefined;
  const ring = () => {
    hasRung = true;
    wake();
  };
  signal.addEventListener("abort", ring, { once: true });
  return {
    ring,
    reset: () => void (hasRung = false),
    async wait(ms) {
      if (hasRung || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = () => undefined;
    },
    close: () => signal.removeEventListener("abort", ring),
  };
}
