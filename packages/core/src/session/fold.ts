import type { FleetEvent } from "../event/event.ts";
import { isSessionEventKind } from "../event/kinds.ts";
import { driftOf } from "./drift.ts";
import { lastEndOf } from "./end.ts";
import { sessionFactsSchema, type Seen } from "./facts.ts";
import { blankRecord, freshRecord, identityOf, placeOf, startsNewProcess } from "./identity.ts";
import { startAfter } from "./process.ts";
import type { SessionRecord } from "./record.ts";
import { isOtherRun, stepOf, type Step } from "./transitions.ts";
import { turnOf } from "./turn.ts";
import { wokenOf } from "./woken.ts";

/**
 * The session after one more event (DESIGN §4): what the live daemon and the rebuild from EVENTS both use. Pure.
 * The caller has found the record that the event belongs to. Returns the very same record where nothing changes:
 * for another kind of event, malformed data, a sub-agent's event, one that is marked `late`, and an id not newer than
 * `lastEventId`, so that a replay is harmless. Undefined stays undefined for events that make no session (its end, its loss).
 * `idleGeneration` grows with each entry into idle or parked, and never goes back.
 */
export function foldEvent(record: SessionRecord | undefined, event: FleetEvent): SessionRecord | undefined {
  if (!isSessionEventKind(event.kind)) return record;
  if (record !== undefined && event.id <= record.lastEventId) return record;
  const parsed = sessionFactsSchema.safeParse(event.data);
  if (!parsed.success || parsed.data.agentId !== undefined) return record;
  if (record !== undefined && parsed.data.late === true) return record;
  return take(record, { kind: event.kind, event, facts: parsed.data });
}

/** All events of one session, oldest first, folded onto nothing. */
export function foldEvents(events: Iterable<FleetEvent>): SessionRecord | undefined {
  let record: SessionRecord | undefined;
  for (const event of events) record = foldEvent(record, event);
  return record;
}

function take(record: SessionRecord | undefined, seen: Seen): SessionRecord | undefined {
  const next = stepOf(record, seen.kind, seen.facts);
  if (next === "skip" || (record === undefined && next === "same")) return record;
  const before = beforeOf(record, seen);
  const state = next === "same" ? before.state : next;
  const isNewPeriod = state !== before.state || isRestart(before, seen, next);
  const isNewRest = isNewPeriod && isRest(next);
  return withoutUndefined({
    ...before,
    ...placeOf(seen),
    ...startAfter(before, seen.facts),
    ...turnOf(before, seen, state),
    ...wokenOf(before, seen),
    ...driftOf(seen),
    ...identityOf(before, seen),
    end: lastEndOf(before, seen, { state, isNewRest }),
    state,
    stateSince: isNewPeriod ? seen.event.time : before.stateSince,
    idleGeneration: before.idleGeneration + (isNewRest ? 1 : 0),
    seenAt: seen.event.time,
    lastEventId: seen.event.id,
  });
}

function beforeOf(record: SessionRecord | undefined, seen: Seen): SessionRecord {
  if (record === undefined) return blankRecord(seen);
  return startsNewProcess(record, seen) ? freshRecord(record, seen) : record;
}

function isRest(step: Step): boolean {
  return step === "idle" || step === "parked";
}

/** A state that follows itself: a new process or session id, or the end of a turn whose start was not seen. */
function isRestart(before: SessionRecord, { kind, facts }: Seen, next: Step): boolean {
  if (next === "same") return false;
  if (kind === "session.started") return isOtherRun(before, facts);
  const { promptId } = facts;
  const isOtherTurn = promptId !== undefined && before.promptId !== undefined && promptId !== before.promptId;
  return isOtherTurn && isRest(next);
}

function withoutUndefined<T extends object>(fields: T): T {
  const kept = { ...fields };
  for (const [key, value] of Object.entries(kept)) {
    if (value === undefined) Reflect.deleteProperty(kept, key);
  }
  return kept;
}
