import { statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { toFleetError, type Clock, type FleetError } from "@fleetbus/core";

const lookEveryMs = 1000;
const settledMs = 200;
/** What is amiss may be mended elsewhere: a secret's file, a folder's mode. Its file is as it was then. */
const againAfterLooks = 10;

/** What following a config file needs. */
export interface FollowDeps<Config> {
  readonly file: string;
  readonly clock: Clock;
  /** Rejects with `config` for one that has problems. */
  load(): Promise<Config>;
  /** Also called with the config in force: at first, while it is not whole, and after a change of the file's mode alone. */
  apply(config: Config): Promise<void>;
  /** Whether all that the config in force names could be started. */
  isWhole(): boolean;
  /** The file has problems: what runs goes on as it was. Told once while they stay the same. */
  onRefused(error: FleetError): void;
  onError(error: unknown, doing: string): void;
}

/**
 * Applies the config each time its file's content or mode is another than before (DESIGN §11). The file is looked at
 * once a second: it may be absent, replaced whole by an editor, or a link to another place, which watches of a file miss.
 * It is read when it may be another one, and every ten seconds while it is refused or not whole.
 */
export async function followConfig<Config>(deps: FollowDeps<Config>, signal: AbortSignal): Promise<void> {
  const sleep = (ms: number) => deps.clock.sleep(ms, signal).catch(() => undefined); // aborted: the loop ends
  // It may be another one already than the one that the daemon began with: the first look always applies it.
  let [stamp, before]: [string | undefined, string | undefined] = [undefined, undefined];
  let refused: string | undefined;
  for (let looks = 1; !signal.aborted; looks += 1) {
    await sleep(lookEveryMs);
    const isDue = looks >= againAfterLooks && (refused !== undefined || !deps.isWhole());
    const now = stampOf(deps.file);
    if (!isDue && now !== undefined && now === stamp) continue;
    stamp = now;
    const content = await contentOf(deps.file);
    if (signal.aborted || (!isDue && content === before)) continue;
    if (content !== before) await sleep(settledMs);
    if (signal.aborted || content !== (await contentOf(deps.file))) continue; // being written: an empty file is a config too
    if (content !== before) refused = undefined;
    before = content;
    refused = await change(deps, refused);
    looks = 0;
  }
}

/** Why it is refused now, if it is; the same as before is not told again. */
async function change<Config>(
  { load, apply, onRefused, onError }: FollowDeps<Config>,
  before: string | undefined,
): Promise<string | undefined> {
  let config: Config;
  try {
    config = await load();
  } catch (thrown) {
    const error = toFleetError(thrown);
    if (error.message !== before) onRefused(error);
    return error.message;
  }
  await apply(config).catch((error: unknown) => onError(error, "applying the changed config"));
  return undefined;
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

/** Its mode and its text: who may read it is part of what is allowed. What cannot be read is told by `load`. */
async function contentOf(file: string): Promise<string> {
  const [mode, text] = await Promise.all([
    stat(file).then(
      (found) => found.mode,
      () => "none", // it may come
    ),
    readFile(file, "utf8").catch(() => ""),
  ]);
  return `${mode} ${text}`;
}
