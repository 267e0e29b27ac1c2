import { watch } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@fleetbus/core";
import writeFileAtomic from "write-file-atomic";
import { bell, type Bell } from "../life/bell.ts";
import { isKey } from "./line.ts";

const renderEveryMs = 1000;
/** Who has not asked for this long, or twice that, has no line any more. */
const forgetEveryMs = 60_000;

/** What keeping lines needs. */
export interface LineDeps {
  /** Nobody else writes there but for marks in `wanted`. */
  readonly dir: string;
  readonly pid: number;
  /** For what is looked after now and then (life/beats.ts). */
  readonly pace: Clock;
  /** The line of each of these keys that somebody bears now. */
  render(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, string>>;
  onError(error: unknown, doing: string): void;
}

interface Kept {
  readonly dir: string;
  readonly wanted: string;
  /** Whether each key was asked for since marks were last taken away. */
  readonly asked: Map<string, boolean>;
  readonly written: Map<string, string>;
}

/**
 * Keeps a small file a status line until the signal aborts, for those only that are asked for: scripts leave a mark in
 * `wanted`. Nobody asks: nothing is done. A file changes with its line, at the earliest each second.
 */
export async function keepLines(deps: LineDeps, signal: AbortSignal): Promise<void> {
  const kept = await begin(deps);
  const arrival = bell();
  const watcher = watch(kept.wanted, { signal }, () => arrival.ring());
  watcher.on("error", (error) => deps.onError(error, `watching ${kept.wanted}`));
  try {
    await writeFile(join(deps.dir, "daemon"), `${deps.pid}\n`, { mode: 0o600 });
    let forgetAtMs = deps.pace.monotonic() + forgetEveryMs;
    while (!signal.aborted) {
      await takeMarks(kept);
      if (deps.pace.monotonic() >= forgetAtMs) {
        await forget(kept);
        forgetAtMs = deps.pace.monotonic() + forgetEveryMs;
      }
      await write(kept, deps);
      await nextTurn(kept, { arrival, pace: deps.pace, signal });
    }
  } finally {
    watcher.close();
    await rm(join(deps.dir, "daemon"), { force: true }); // scripts say that it is down
  }
}

/** What an earlier daemon left is nobody's; who still asks leaves a mark again. */
async function begin({ dir }: LineDeps): Promise<Kept> {
  const wanted = join(dir, "wanted");
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  await mkdir(wanted, { recursive: true, mode: 0o700 });
  return { dir, wanted, asked: new Map(), written: new Map() };
}

async function takeMarks({ wanted, asked }: Kept): Promise<void> {
  for (const key of await readdir(wanted)) if (isKey(key)) asked.set(key, true);
}

/** Takes the marks away; what nobody marked since the last time is forgotten. */
async function forget({ dir, wanted, asked, written }: Kept): Promise<void> {
  for (const [key, isAsked] of asked) {
    asked.set(key, false);
    if (isAsked) await rm(join(wanted, key), { force: true });
    else {
      asked.delete(key);
      written.delete(key);
      await rm(join(dir, key), { force: true });
    }
  }
}

async function write({ dir, asked, written }: Kept, deps: LineDeps): Promise<void> {
  if (asked.size === 0) return;
  const lines = await deps.render(new Set(asked.keys()));
  for (const key of asked.keys()) {
    const line = lines.get(key);
    if (line === written.get(key)) continue;
    if (line === undefined) {
      written.delete(key);
      await rm(join(dir, key), { force: true });
    } else {
      await writeFileAtomic(join(dir, key), `${line}\n`, { mode: 0o600, fsync: false });
      written.set(key, line);
    }
  }
}

interface Waiting {
  readonly arrival: Bell;
  readonly pace: Clock;
  readonly signal: AbortSignal;
}

/** The next beat, or a new mark; while nobody asks only that. */
async function nextTurn({ asked }: Kept, { arrival, pace, signal }: Waiting): Promise<void> {
  if (asked.size === 0) return arrival.wait(signal);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const beat = pace.sleep(renderEveryMs, either).catch(() => undefined); // a mark came, or the end
  await Promise.race([beat, arrival.wait(either)]);
  over.abort();
}
