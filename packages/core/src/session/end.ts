import { z } from "zod";
import { cutBytes } from "../message/bytes.ts";
import type { Seen } from "./facts.ts";
import type { SessionRecord, State } from "./record.ts";

/** What ended a turn or a session last: enough to tell somebody of it, also by a daemon that starts later (DESIGN §4). */
export const sessionEndSchema = z.object({
  /** Of the event that ended it: what is told of one end bears it, so that nobody is told twice. */
  id: z.string(),
  /** RFC 3339. */
  time: z.string(),
  /** Whether a turn ran until then: always at a turn's end; at a session's it tells an exit from a quiet one. */
  midTurn: z.boolean(),
  /** Why, as the CLI or whoever saw it said, bounded. */
  reason: z.string().optional(),
});
export type SessionEnd = z.infer<typeof sessionEndSchema>;

const maxReasonBytes = 512;

/**
 * The end that an event is, given the state that it leads to and whether a rest begins by it; the one before for as long
 * as nothing runs, undefined while something does. A stop that only a reader told of ended what no prompt began.
 */
export function lastEndOf(
  before: SessionRecord,
  seen: Seen,
  now: { readonly state: State; readonly isNewRest: boolean },
): SessionEnd | undefined {
  if (isWorking(now.state) || now.state === "starting") return undefined;
  const isGone = isOver(now.state) && !isOver(before.state);
  const isTurns = now.isNewRest && seen.kind.startsWith("turn.") && !isReadersStop(seen);
  if (!isGone && !isTurns) return before.end;
  const midTurn = isTurns || isWorking(before.state);
  const reason = reasonOf(seen);
  const { id, time } = seen.event;
  return { id, time, midTurn, ...(reason === undefined ? {} : { reason }) };
}

function isReadersStop({ kind, facts }: Seen): boolean {
  return kind === "turn.stopped" && facts.confirmedBy !== undefined;
}

function reasonOf({ facts: { reason, error } }: Seen): string | undefined {
  const text = reason ?? error;
  return text === undefined ? undefined : cutBytes(text, maxReasonBytes);
}

function isWorking(state: State): boolean {
  return state === "busy" || state === "waiting";
}

function isOver(state: State): boolean {
  return state === "ended" || state === "lost";
}
