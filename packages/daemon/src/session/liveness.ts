import type { Clock, SessionRecord } from "@fleetbus/core";
import type { ProcessTable } from "./process.ts";

const lookEveryMs = 2000;
/** A process that ended by itself tells of it through its own hook first. */
const graceMs = 1500;

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
  const goneSince = new Map<number, number>();
  const seenAlive = new Set<number>();
  while (!signal.aborted) {
    for (const record of deps.live()) {
      if (record.pid !== undefined && isLost(record.pid, { deps, goneSince, seenAlive }))
        deps.onLost(record, `process ${record.pid} is gone`);
    }
    await deps.clock.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}

interface Watch {
  readonly deps: LivenessDeps;
  readonly goneSince: Map<number, number>;
  readonly seenAlive: Set<number>;
}

/** What was gone before this daemon looked for the first time will tell nothing more. */
function isLost(pid: number, { deps, goneSince, seenAlive }: Watch): boolean {
  if (deps.processes.isAlive(pid)) {
    goneSince.delete(pid);
    seenAlive.add(pid);
    return false;
  }
  if (!seenAlive.has(pid)) return true;
  const since = goneSince.get(pid) ?? deps.clock.monotonic();
  goneSince.set(pid, since);
  if (deps.clock.monotonic() - since < graceMs) return false;
  goneSince.delete(pid);
  seenAlive.delete(pid);
  return true;
}
