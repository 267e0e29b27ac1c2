import { watch } from "node:fs";
import { mkdir, readdir, readFile, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, timeLimit } from "@fleetbus/core";
import { bell } from "../life/bell.ts";

const ending = ".req";
/** A file that is still being written may look torn for this long. */
const tornAfterMs = 5000;
const lookEveryMs = 10_000;

/** What a dropped file turned out to be. */
export type DropResult = "taken" | "torn" | "later";

/** Where hooks leave what they could not hand over, and what becomes of it. */
export interface DropDeps {
  readonly dir: string;
  readonly clock: Clock;
  /** Takes in one file's content, on disk when it resolves. `later`: the spool cannot take it now. Rejects what it never can. */
  take(content: Buffer, name: string): Promise<DropResult>;
  onTorn(name: string): void;
  onError(error: unknown, doing: string): void;
}

/** Takes in dropped files, oldest first, until the signal aborts: those that are there and those that come (DESIGN §8). */
export async function followDrops(deps: DropDeps, signal: AbortSignal): Promise<void> {
  await mkdir(deps.dir, { recursive: true, mode: 0o700 });
  const arrival = bell();
  const watcher = watch(deps.dir, { signal }, () => arrival.ring());
  watcher.on("error", (error) => deps.onError(error, `watching ${deps.dir}`));
  while (!signal.aborted) {
    await takeAll(deps).catch((error: unknown) => deps.onError(error, `reading ${deps.dir}`));
    await arrival.wait(AbortSignal.any([signal, timeLimit(lookEveryMs)]));
  }
}

async function takeAll(deps: DropDeps): Promise<void> {
  const names = (await readdir(deps.dir)).filter((name) => name.endsWith(ending)).sort();
  for (const name of names) {
    const result = await takeOne(join(deps.dir, name), name, deps);
    if (result === "later") return;
  }
}

async function takeOne(file: string, name: string, deps: DropDeps): Promise<DropResult | "refused"> {
  try {
    const result = await deps.take(await readFile(file), name);
    if (result === "taken") await unlink(file);
    if (result === "torn" && isOld(name, deps.clock)) {
      deps.onTorn(name);
      await rename(file, `${file}.torn`);
    }
    return result;
  } catch (error) {
    // Nobody will ever take it: the files behind it must not wait for it.
    deps.onError(error, `taking in ${name}`);
    await rename(file, `${file}.refused`);
    return "refused";
  }
}

/** Names begin with the microsecond of their making; one from the future is from before the clock was set back. */
function isOld(name: string, clock: Clock): boolean {
  const madeAt = Number.parseInt(name, 10) / 1000;
  return !Number.isFinite(madeAt) || Math.abs(clock.now() - madeAt) > tornAfterMs;
}
