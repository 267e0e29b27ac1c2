import type { SessionRecord } from "../session/record.ts";
import type { WakeStep } from "../wake/step.ts";

/** `GET /v1/wakes/<ref>`: how a session could be woken now. */
export interface WakeView {
  readonly session: string;
  readonly state: SessionRecord["state"];
  /** Messages that wait and may wake it. */
  readonly waiting: number;
  /** What keeps it from being woken at all; empty when the first ready rung would be tried. */
  readonly obstacles: readonly string[];
  /** Its whole ladder, best first, also what its CLI has not. */
  readonly rungs: readonly WakeStepView[];
}

/** One rung of a session's ladder. */
export interface WakeStepView {
  readonly rung: WakeStep;
  /** It would be tried now. */
  readonly isReady: boolean;
  readonly why: string;
  /** What to do to have it. */
  readonly way?: string;
}
