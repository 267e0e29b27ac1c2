import type { Message, Outcome, SessionEnd, SessionRecord } from "@fleetbus/core";

/** How a turn or a session ended, in the words of supervision: a turn's outcome, or what became of the session. */
export type How = Outcome | "exited" | "lost" | "stalled";

/** An end that a supervisor may be told of. */
export interface Ending {
  readonly how: How;
  /** The session right after it. */
  readonly record: SessionRecord;
  readonly end: SessionEnd;
  /** What the turn was about: the messages that it was offered and had not ended before. */
  readonly causes: readonly Message[];
}

/** The end that a record tells of; undefined where something runs, or nothing ever ended. */
export function endingOf(record: SessionRecord, causes: readonly Message[] = []): Ending | undefined {
  const { end } = record;
  return end === undefined ? undefined : { how: howOf(record), record, end, causes };
}

/** Whether somebody has to look at it: all but a turn that is done, and an exit between two turns. */
export function isProblem({ how, end }: Ending): boolean {
  return how !== "done" && !(how === "exited" && !end.midTurn);
}

function howOf({ state, outcome = "unknown" }: SessionRecord): How {
  if (state === "lost") return "lost";
  return state === "ended" ? "exited" : outcome;
}
