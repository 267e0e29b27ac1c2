import type { Clock, SessionRecord } from "@fleetbus/core";
import { isStillThere, type ProcessTable } from "./process.ts";

const lookEveryMs = 2000;
/** A process that ended by itself tells of it through its own hook first. */
const graceMs = 1500;
/** So many are looked at closely each time: which program, and since when. That costs fifteen times a signal. */
const closely = 50;
/** Of how ever many there are, each one's close look comes after so many at the latest: within ten seconds. */
const maxLooks = 5;

/** What watching over sessions from outside needs. */
export interface LivenessDeps {
  readonly clock: Clock;
  readonly processes: ProcessTable;
  live(): readonly SessionRecord[];
  /** Called once for each session whose process is gone though nothing said so. */
  onLost(record: SessionRecord, reason: string): void;
}

/**
 * Looks after the sessions' processes until the signal aborts (DESIGN §4: death is seen from outside). A process that is
 * gone is missed within two seconds, and lost after its grace. One that nobody has reaped, and a pid that came again, are
 * noticed as soon with up to fifty sessions, within ten seconds with more.
 */
export async function watchProcesses(deps: LivenessDeps, signal: AbortSignal): Promise<void> {
  const watch: Watch = { deps, goneSince: new Map(), seenAlive: new Set() };
  for (let look = 0; !signal.aborted; look += 1) {
    const live = deps.live();
    const looksEach = Math.min(maxLooks, Math.ceil(live.length / closely));
    for (const record of live) {
      const { pid, procStart } = record;
      if (pid === undefined) continue;
      const key = `${pid} ${procStart ?? ""}`;
      const isTurn = (look + pid) % looksEach === 0;
      const isAlive = isThere({ pid, procStart, key, isTurn }, watch);
      if (isLost(key, isAlive, watch)) deps.onLost(record, `process ${pid} is gone`);
    }
    await deps.clock.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}

/** Both by process, its pid and start: two records may be of one pid. */
interface Watch {
  readonly deps: LivenessDeps;
  readonly goneSince: Map<string, number>;
  readonly seenAlive: Set<string>;
}

interface Watched {
  readonly pid: number;
  readonly procStart?: string | undefined;
  readonly key: string;
  readonly isTurn: boolean;
}

/** Looked at closely at first, whenever it seemed gone, and in its turn. */
function isThere(watched: Watched, { deps, goneSince, seenAlive }: Watch): boolean {
  const { key, isTurn } = watched;
  if (isTurn || goneSince.has(key) || !seenAlive.has(key)) return isStillThere(deps.processes, watched);
  return deps.processes.takesSignals(watched.pid);
}

/** What was gone before this daemon looked for the first time will tell nothing more. */
function isLost(key: string, isAlive: boolean, { deps, goneSince, seenAlive }: Watch): boolean {
  if (isAlive) {
    goneSince.delete(key);
    seenAlive.add(key);
    return false;
  }
  if (!seenAlive.has(key)) return true;
  const since = goneSince.get(key) ?? deps.clock.monotonic();
  goneSince.set(key, since);
  if (deps.clock.monotonic() - since < graceMs) return false;
  goneSince.delete(key);
  seenAlive.delete(key);
  return true;
}
