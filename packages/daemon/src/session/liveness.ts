import type { Clock, SessionRecord } from "@fleetbus/core";
import { isStillThere, type ProcessTable } from "./process.ts";

const lookEveryMs = 2000;
/** A process that ended by itself tells of it through its own hook first. */
const graceMs = 1500;
/** A pid that came again is noticed at so many looks at the latest; each look at the start costs five of the others. */
const looksPerStart = 8;

/** What watching over sessions from outside needs. */
export interface LivenessDeps {
  readonly clock: Clock;
  readonly processes: ProcessTable;
  live(): readonly SessionRecord[];
  /** Called once for each session whose process is gone though nothing said so. */
  onLost(record: SessionRecord, reason: string): void;
}

/** Looks after the sessions' processes until the signal aborts (DESIGN §4: death is seen from outside). One `kill(pid, 0)` each. */
export async function watchProcesses(deps: LivenessDeps, signal: AbortSignal): Promise<void> {
  const watch: Watch = { deps, goneSince: new Map(), seenAlive: new Set() };
  for (let look = 0; !signal.aborted; look += 1) {
    for (const record of deps.live()) {
      const { pid, procStart } = record;
      if (pid === undefined) continue;
      const key = `${pid} ${procStart ?? ""}`;
      const isAlive = isThere({ ...record, pid, key }, look, watch);
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
}

/** The start is looked at first, whenever it seemed gone, and now and then, each pid's in its turn. */
function isThere(watched: Watched, look: number, { deps, goneSince, seenAlive }: Watch): boolean {
  const isTurn = (look + watched.pid) % looksPerStart === 0 || goneSince.has(watched.key);
  if (isTurn || !seenAlive.has(watched.key)) return isStillThere(deps.processes, watched);
  return deps.processes.isAlive(watched.pid);
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
