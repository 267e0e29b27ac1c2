import type { SessionRecord } from "@fleetbus/core";
import type { WakeStepView, WakeView } from "@fleetbus/core/api";
import type { Pauses } from "../../life/pauses.ts";
import { attemptsOf } from "./rungs.ts";

/** What waking a session depends on. */
export interface OutlookFacts {
  readonly pauses: Pick<Pauses, "isFleetPaused" | "isPaused">;
  /** Neither the config nor the session has switched waking off. */
  readonly mayWake: boolean;
  readonly steps: readonly WakeStepView[];
  /** Milliseconds until the mail that waits has gathered (batch.ts). */
  readonly gathersMs: number;
  /** Milliseconds until the budgets allow one more wake. */
  readonly freeInMs: number;
  /** Messages that wait and may wake it. */
  readonly waiting: number;
}

/** Whether a session could be woken now, by which rungs, and what stands in the way: the planner's own facts in words. */
export function outlookOf(record: SessionRecord, facts: OutlookFacts): WakeView {
  const { machine, name, state } = record;
  return {
    session: `${machine}/${name}`,
    state,
    waiting: facts.waiting,
    obstacles: obstaclesOf(record, facts),
    rungs: facts.steps,
  };
}

function obstaclesOf(record: SessionRecord, facts: OutlookFacts): readonly string[] {
  const { pauses, mayWake, gathersMs, freeInMs, steps } = facts;
  return [
    stateObstacle(record),
    pauses.isFleetPaused() && "the fleet is paused: fleet resume",
    !pauses.isFleetPaused() && pauses.isPaused(record.name) && `it is paused: fleet resume ${record.name}`,
    !mayWake && "waking is switched off: wake.enabled or its own wake in fleet.toml",
    gathersMs > 0 &&
      `its mail gathers for another ${Math.ceil(gathersMs / 1000)} s (wake.batch): one turn reads all of it`,
    freeInMs > 0 &&
      `the wake budget is spent for another ${Math.ceil(freeInMs / 1000)} s (wake.per_session, wake.fleet)`,
    attemptsOf(steps).length === 0 && "no rung is ready",
  ].filter((obstacle) => obstacle !== false);
}

function stateObstacle({ state, parkedUntil }: SessionRecord): string | false {
  if (state === "idle") return false;
  if (state === "busy") return "it is busy: its next hook brings the mail, without a wake";
  if (state === "parked" && parkedUntil !== undefined)
    return `a usage limit has parked it until ${parkedUntil}: it can be woken then, unless wake.resume_parked says no`;
  if (state === "waiting") return "a permission or question is open in it, which nobody types into";
  return `it is ${state}`;
}
