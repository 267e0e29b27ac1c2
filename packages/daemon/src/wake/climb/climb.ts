import type { Rung, SessionRecord } from "@fleetbus/core";
import { bell, type Bell } from "../../life/bell.ts";
import type { AttemptResult, PlannerDeps } from "./plan.ts";

/** One climb of a session's ladder, for one idle period. */
export interface Climb {
  /** The session as the climb began. */
  readonly record: SessionRecord;
  /** Rings when something changed that the climb waits for. */
  readonly bell: Bell;
  nonce: string;
  /** All nonces of the climb: a wake may wait in the CLI for a menu to close, and come after the next rung was tried. */
  readonly rungOf: Map<string, Rung>;
  result: AttemptResult | undefined;
  isTyped: boolean;
  /** The attempt was made: whoever hears of it once more must not make it again. */
  isMade: boolean;
}

/** A climb that has tried nothing yet. */
export function newClimb(record: SessionRecord): Climb {
  return {
    record,
    bell: bell(),
    nonce: "",
    rungOf: new Map(),
    result: undefined,
    isTyped: false,
    isMade: false,
  };
}

/** Whether mail waits for a session that may be woken now. */
export function isWanted(deps: PlannerDeps, record: SessionRecord | undefined): record is SessionRecord {
  return record?.state === "idle" && deps.mayWake(record) && deps.wakeful(record.name).length > 0;
}

/**
 * Whether the proof of what was done may still come. That one of its hooks is being answered just now, or that its mail
 * was read by hand, ends a plan, and not what was typed already: a second line would be a second turn.
 */
export function mayProve(deps: PlannerDeps, climb: Climb): boolean {
  if (!climb.isMade) return isCurrent(deps, climb);
  const now = deps.session(climb.record.name);
  return now?.state === "idle" && now.idleGeneration === climb.record.idleGeneration;
}

/** A session that is busy by now was woken by something else; its prompt is on its way with the proof, or it has read its mail. */
export function isCurrent(deps: PlannerDeps, { record }: Climb): boolean {
  const now = deps.session(record.name);
  return now?.idleGeneration === record.idleGeneration && isWanted(deps, now);
}
