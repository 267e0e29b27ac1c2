import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { toFleetError, type Clock, type FleetError } from "@fleetbus/core";

const lookEveryMs = 1000;
const settledMs = 200;

/** What following a config file needs. */
export interface FollowDeps<Config> {
  readonly file: string;
  readonly clock: Clock;
  /** Rejects with `config` for one that has problems. */
  load(): Promise<Config>;
  apply(config: Config): Promise<void>;
  /** The changed file has problems: what runs goes on as it was. */
  onRefused(error: FleetError): void;
  onError(error: unknown, doing: string): void;
}

/**
 * Applies the config each time its file's content is another than before (DESIGN §11). The file is looked at once a
 * second: it may be absent, replaced whole by an editor, or a link to another place, which watches of a file miss. It is
 * read when it may be another one.
 */
export async function followConfig<Config>(deps: FollowDeps<Config>, signal: AbortSignal): Promise<void> {
  let stamp = stampOf(deps.file);
  let before = await textOf(deps.file);
  while (!signal.aborted) {
    await deps.clock.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
    const now = stampOf(deps.file);
    if (now !== undefined && now === stamp) continue;
    stamp = now;
    const text = await textOf(deps.file);
    if (signal.aborted || text === before) continue;
    await deps.clock.sleep(settledMs, signal).catch(() => undefined);
    if (text !== (await textOf(deps.file))) continue; // being written: an empty file is a config too
    before = text;
    await change(deps);
  }
}

async function change<Config>({ load, apply, onRefused, onError }: FollowDeps<Config>): Promise<void> {
  let config: Config;
  try {
    config = await load();
  } catch (error) {
    return onRefused(toFleetError(error));
  }
  await apply(config).catch((error: unknown) => onError(error, "applying the changed config"));
}

/** A file that changes twice in one tick of the file system's clock has one time: younger than this it is read again. */
const tickMs = 100;

/** Differs when the file does; undefined where that cannot be told. */
function stampOf(file: string): string | undefined {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
    if (Math.abs(Date.now() - ctimeMs) < tickMs) return undefined;
    return [dev, ino, size, mtimeMs, ctimeMs].join(" ");
  } catch {
    return "none"; // it may come
  }
}

/** Undefined where there is none; what cannot be read is told by `load`. */
async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}
