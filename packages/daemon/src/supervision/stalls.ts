import { formatElapsed, type Clock, type FleetEvent, type SessionRecord } from "@fleetbus/core";
import { regularFileStat } from "@fleetbus/hooks";

const lookEveryMs = 30_000;

/** What watching for stalls needs. */
export interface StallDeps {
  /** Its monotonic time counts: a machine that sleeps lets nobody stall. */
  readonly clock: Clock;
  live(): readonly SessionRecord[];
  /** `[supervision] stall_after`, in milliseconds. */
  afterMs(): number;
  /** Grows with each hook of the session, those of sub-agents too. */
  signsOfLife(name: string): number;
  /** When a file was written last, in milliseconds since 1970; undefined where there is none. */
  changedAt(path: string): number | undefined;
  note(record: SessionRecord, event: Pick<FleetEvent, "kind" | "data">): void;
  /** Once for each silence. */
  onStalled(record: SessionRecord, evidence: string): void;
}

/** The silence of a busy session, as far as this daemon has heard it. */
interface Silence {
  readonly of: string;
  readonly sinceMs: number;
  readonly isTold: boolean;
}

/**
 * Notices turns that go on without any sign of life, until the signal aborts (a Stop hook that never came, a model or a
 * tool that hangs): no event, no hook of a sub-agent and no line in the transcript for `stall_after`. That is told, once,
 * and changes no state: nothing proves that the turn is over.
 */
export async function watchStalls(deps: StallDeps, signal: AbortSignal): Promise<void> {
  let silences: ReadonlyMap<string, Silence> = new Map();
  while (!signal.aborted) {
    const busy = deps.live().filter(isWatched);
    silences = new Map(busy.map((record) => [record.name, look(record, silences.get(record.name), deps)]));
    await deps.clock.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}

/** When the system last wrote a transcript. */
export function writtenAt(path: string): number | undefined {
  return regularFileStat(path)?.mtimeMs;
}

/** One that waits for its human has a reason, and drift is told of by itself. */
function isWatched({ state, hooked, drift }: SessionRecord): boolean {
  return state === "busy" && hooked && drift === undefined;
}

function look(record: SessionRecord, before: Silence | undefined, deps: StallDeps): Silence {
  const nowMs = deps.clock.monotonic();
  const { name, lastEventId, transcript, chatLog } = record;
  const path = transcript ?? chatLog;
  const written = path === undefined ? undefined : deps.changedAt(path);
  const of = `${lastEventId} ${deps.signsOfLife(name)} ${written ?? ""}`;
  if (before?.of !== of) return { of, sinceMs: nowMs, isTold: false };
  if (before.isTold || nowMs - before.sinceMs < deps.afterMs()) return before;
  tell(record, nowMs - before.sinceMs, deps);
  return { ...before, isTold: true };
}

function tell(record: SessionRecord, quietMs: number, deps: StallDeps): void {
  const { cli, cliSession, pid } = record;
  const evidence = `no event and nothing in its file of the conversation for ${formatElapsed(quietMs)}`;
  deps.note(record, { kind: "turn.stalled", data: { cli, cliSession, pid, evidence } });
  deps.onStalled(record, evidence);
}
