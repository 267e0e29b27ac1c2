import type { Clock, FleetEvent, SessionRecord } from "@fleetbus/core";

/** A limit lasts hours: whoever waited for it can wait for this. */
const lookEveryMs = 5000;

/** What watching over parked sessions needs. */
export interface ParkedDeps {
  readonly clock: Clock;
  live(): readonly SessionRecord[];
  /** Whether it may be woken when its time has come (`[wake] resume_parked`). */
  mayResume(): boolean;
  note(record: SessionRecord, event: Pick<FleetEvent, "kind" | "data">): void;
}

/**
 * Ends the parking of sessions whose limit is over, until the signal aborts. That makes them idle, so that mail wakes
 * them by the usual ways and budgets; without mail nothing happens. The time stands in the record: a daemon that was
 * away at that moment catches up. One without a time stays parked until it is prompted.
 */
export async function watchParked(deps: ParkedDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const over = deps.mayResume() ? deps.live().filter((record) => isOver(record, deps)) : [];
    for (const record of over) note(record, deps);
    await deps.clock.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}

function isOver({ state, parkedUntil }: SessionRecord, { clock }: ParkedDeps): boolean {
  return state === "parked" && parkedUntil !== undefined && Date.parse(parkedUntil) <= clock.now();
}

function note(record: SessionRecord, deps: ParkedDeps): void {
  const { cli, cliSession, pid, parkedUntil } = record;
  deps.note(record, { kind: "session.unparked", data: { cli, cliSession, pid, until: parkedUntil } });
}
