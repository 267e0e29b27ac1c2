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
  /** The same while the system tells of changes; `pollMs` unless given. */
  readonly watchedPollMs?: number;
}

/** What a turn is about: anything, or the entries that the system told of, none where it only is time to look. */
export type Told = "anything" | ReadonlySet<string>;

/**
 * Gives a turn at once and then whenever `path` may have changed. News that come while the consumer works make one more
 * turn, none is lost. A file's folder is watched, so that one that is made or replaced is noticed; while there is no
 * folder, polling alone works.
 */
export async function* changesOf(options: ChangesOptions): AsyncGenerator<Told, void> {
  const { signal, pollMs = 500, watchedPollMs = pollMs } = options;
  const bell = doorbell(signal);
  let watcher: FSWatcher | undefined;
  try {
    while (!signal.aborted) {
      const isNew = watcher === undefined;
      watcher ??= watchFolder(options, { ring: bell.ring, onLost: () => (watcher = undefined) });
      const told = bell.reset();
      yield isNew ? "anything" : told;
      await bell.wait(watcher === undefined ? pollMs : watchedPollMs);
    }
  } finally {
    watcher?.close();
    bell.close();
  }
}

interface Watching {
  readonly ring: (name: string | null) => void;
  readonly onLost: () => void;
}

function watchFolder({ path, isFolder }: ChangesOptions, { ring, onLost }: Watching): FSWatcher | undefined {
  const [folder, name] = isFolder === true ? [path] : [dirname(path), basename(path)];
  try {
    const watcher = watch(folder, { persistent: false }, (_, changed) => {
      if (changed === null || name === undefined || changed === name) ring(changed);
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
  /** Without a name the system does not say which entry it is. */
  ring(name: string | null): void;
  /** What it has rung for since the last time. */
  reset(): Told;
  /** Resolves at the next ring since the reset, after `ms`, or when the signal aborts. */
  wait(ms: number): Promise<void>;
  close(): void;
}

function doorbell(signal: AbortSignal): Doorbell {
  let names = new Set<string>();
  let isNameless = false;
  let wake: () => void = () => undefined;
  const ring = (name: string | null) => {
    if (name === null) isNameless = true;
    else names.add(name);
    wake();
  };
  const end = () => wake();
  signal.addEventListener("abort", end, { once: true });
  return {
    ring,
    reset: () => {
      const told = isNameless ? "anything" : names;
      [names, isNameless] = [new Set(), false];
      return told;
    },
    async wait(ms) {
      if (names.size > 0 || isNameless || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = () => undefined;
    },
    close: () => signal.removeEventListener("abort", end),
  };
}
