import type { SessionEventKind } from "../event/kinds.ts";
import type { Outcome } from "../event/origin.ts";
import { cutBytes } from "../message/bytes.ts";
import type { Seen, SessionFacts } from "./facts.ts";
import type { SessionRecord, State } from "./record.ts";
import { workAfter } from "./work.ts";

/** Bounds of what a record keeps of bodies, in bytes of UTF-8. */
export const recordBounds = { prompt: 1024, lastText: 4096 } as const;

type TurnField =
  ("parkedUntil" | "tool" | "toolAt" | "turnStartedAt" | "prompt") | ("outcome" | "lastText" | "work");

/** The fields of a record that are about its turn. */
export type TurnFields = {
  readonly [K in TurnField]?: SessionRecord[K];
};

/** What an event changes of them, given the state it leads to. An undefined value removes a field. */
export function turnOf(before: SessionRecord, seen: Seen, state: State): TurnFields {
  const until = seen.kind === "turn.parked" ? seen.facts.until : before.parkedUntil;
  return {
    parkedUntil: state === "parked" ? until : undefined,
    ...toolOf(before, seen, state),
    work: workAfter(before.work, seen),
    ...promptOf(seen),
    ...endOf(before, seen),
  };
}

function toolOf(before: SessionRecord, { kind, event, facts }: Seen, state: State): TurnFields {
  if (kind === "tool.started") return { tool: facts.tool, toolAt: event.time };
  if (kind === "permission.requested") return { tool: facts.tool ?? before.tool };
  if (state !== "busy" && state !== "waiting") return { tool: undefined };
  if (kind !== "tool.finished" && kind !== "tool.failed") return {};
  const isCurrent = facts.tool === undefined || facts.tool === before.tool;
  return { tool: isCurrent ? undefined : before.tool, toolAt: event.time };
}

function promptOf({ kind, event, facts }: Seen): TurnFields {
  if (kind !== "prompt.submitted") return {};
  const prompt = cut(facts.prompt, recordBounds.prompt);
  return { turnStartedAt: event.time, prompt, outcome: undefined, lastText: undefined };
}

function endOf(before: SessionRecord, { kind, facts }: Seen): TurnFields {
  const outcome = outcomeOf(before, kind, facts);
  if (outcome === undefined) return {};
  return kind.startsWith("turn.")
    ? { outcome, lastText: cut(facts.lastText, recordBounds.lastText) }
    : { outcome };
}

/** How a turn ended by this event; undefined where none did. */
function outcomeOf(before: SessionRecord, kind: SessionEventKind, facts: SessionFacts): Outcome | undefined {
  if (kind === "turn.stopped") return facts.outcome ?? "done";
  if (kind === "turn.failed") return before.state === "parked" ? undefined : "error";
  if (kind === "turn.interrupted") return isResting(before) ? undefined : "interrupted";
  if (kind === "turn.parked") return "parked";
  return isMidTurn(before) ? outcomeOfGone(kind, facts) : undefined;
}

/** A session that goes in mid-turn ends the turn too: interrupt, exit, crash and reboot all have an outcome (DESIGN §4). */
function outcomeOfGone(kind: SessionEventKind, { reason }: SessionFacts): Outcome | undefined {
  if (kind === "session.ended" && reason !== "clear" && reason !== "resume") return "interrupted";
  return kind === "session.lost" ? "unknown" : undefined;
}

function isResting({ state }: SessionRecord): boolean {
  return state === "idle" || state === "parked";
}

function isMidTurn({ state }: SessionRecord): boolean {
  return state === "busy" || state === "waiting";
}

function cut(text: string | undefined, maxBytes: number): string | undefined {
  return text === undefined ? undefined : cutBytes(text, maxBytes);
}
