import type { SessionEventKind } from "../event/kinds.ts";
import { stateSchema, type SessionRecord, type State } from "./record.ts";
import type { SessionFacts } from "./facts.ts";

/** What an event makes of a session: a state, `same` (seen, state kept), or `skip` (nothing changes; an unknown session stays unknown). */
export type Step = State | "same" | "skip";

/** What a session can be in when an event comes; `none` is one that fleet does not know yet. */
export type Situation = State | "none";

/** The columns of the table. */
export const situations: readonly Situation[] = ["none", ...stateSchema.options];

/** A circumstance that a row of the table asks for, beside its kind. */
export type Condition = keyof typeof conditions;

/** One row: the first whose kind, CLI and condition fit an event decides. */
export interface Transition {
  readonly kind: SessionEventKind;
  /** Absent: every CLI. */
  readonly cli?: string;
  /** Absent: always. */
  readonly when?: Condition;
  readonly to: Readonly<Record<Situation, Step>>;
  /** The reason, where the row alone does not say it. */
  readonly why: string;
}

const conditions = {
  compact: (_, facts) => facts.reason === "compact",
  "not hooked": (_, facts) => facts.hooked === false,
  "same run": (record, facts) => record !== undefined && !isOtherRun(record, facts),
  "other run": (record, facts) => record !== undefined && isOtherRun(record, facts),
  cleared: (_, facts) => facts.reason === "clear" || facts.reason === "resume",
} satisfies Readonly<Record<string, (record: SessionRecord | undefined, facts: SessionFacts) => boolean>>;

/**
 * The committed transition table, state × event × CLI (DESIGN §4; what fires when: HOOKS.md). `foldEvent` reads nothing
 * else, docs/states.md is printed from it. Sub-agent events never reach it.
 */
// prettier-ignore
export const transitions: readonly Transition[] = [
  //                                            none        starting    idle     busy     waiting    parked    ended       lost
  row("session.started", "codex", undefined,   ["busy",     "busy",     "busy",  "busy",  "busy",    "busy",   "busy",     "busy"],     "codex tells of a session with its first prompt, and of a compaction with the next"),
  row("session.started", undefined, "compact", ["starting", "same",     "same",  "same",  "same",    "same",   "starting", "starting"], "a compaction goes on with its turn"),
  row("session.started", undefined, "not hooked", ["starting", "same",  "same",  "same",  "same",    "same",   "starting", "starting"], "found by a reader: nothing proves that it is idle"),
  row("session.started", undefined, "same run", ["idle",    "idle",     "same",  "same",  "same",    "same",   "idle",     "idle"],     "the start may come after the first prompt (grok -p)"),
  row("session.started", undefined, undefined, ["idle",     "idle",     "idle",  "idle",  "idle",    "idle",   "idle",     "idle"],     "a proven boot, or a new session id in the same process (/clear)"),
  row("session.ended", undefined, "other run", ["skip",     "skip",     "skip",  "skip",  "skip",    "skip",   "skip",     "skip"],     "the end of a predecessor under the same name"),
  row("session.ended", undefined, "cleared",   ["skip",     "same",     "same",  "same",  "same",    "same",   "same",     "same"],     "the process goes on with a new session id"),
  row("session.ended", undefined, undefined,   ["skip",     "ended",    "ended", "ended", "ended",   "ended",  "same",     "ended"],    ""),
  row("session.lost", undefined, "other run",  ["skip",     "skip",     "skip",  "skip",  "skip",    "skip",   "skip",     "skip"],     "the loss of a predecessor under the same name"),
  row("session.lost", undefined, undefined,    ["skip",     "lost",     "lost",  "lost",  "lost",    "lost",   "same",     "same"],     "seen from outside: process or pane is gone"),
  row("session.renamed", undefined, undefined, ["skip",     "same",     "same",  "same",  "same",    "same",   "same",     "same"],     ""),
  row("prompt.submitted", undefined, undefined, ["busy",    "busy",     "busy",  "busy",  "busy",    "busy",   "busy",     "busy"],     "whoever is prompted lives"),
  row("tool.started", undefined, undefined,    ["busy",     "busy",     "busy",  "busy",  "busy",    "busy",   "skip",     "busy"],     "any tool event means busy; after the end it is late"),
  row("tool.finished", undefined, undefined,   ["busy",     "busy",     "busy",  "busy",  "busy",    "busy",   "skip",     "busy"],     "as above; a denied tool ends a wait too"),
  row("tool.failed", undefined, undefined,     ["busy",     "busy",     "busy",  "busy",  "busy",    "busy",   "skip",     "busy"],     "as above"),
  row("turn.stopped", undefined, undefined,    ["idle",     "idle",     "idle",  "idle",  "idle",    "idle",   "skip",     "idle"],     "also while background tasks run; grok sends one more after its end"),
  row("turn.failed", undefined, undefined,     ["idle",     "idle",     "idle",  "idle",  "idle",    "same",   "skip",     "idle"],     "the failure that parked it is no second end"),
  row("turn.interrupted", undefined, undefined, ["skip",    "idle",     "same",  "idle",  "idle",    "same",   "skip",     "idle"],     "a reader that says idle after a normal end adds nothing"),
  row("turn.parked", undefined, undefined,     ["parked",   "parked",   "parked", "parked", "parked", "parked", "skip",    "parked"],   "until the time it names"),
  row("turn.continued", undefined, undefined,  ["busy",     "busy",     "busy",  "busy",  "busy",    "busy",   "skip",     "busy"],     "our own answer to a stop"),
  row("permission.requested", undefined, undefined, ["waiting", "waiting", "waiting", "waiting", "waiting", "waiting", "skip", "waiting"], "a dialog is open"),
  row("permission.resolved", undefined, undefined, ["busy", "busy",     "same",  "busy",  "busy",    "same",   "skip",     "busy"],     "after the turn's end it is late"),
  row("notification.raised", undefined, undefined, ["starting", "same", "same",  "same",  "same",    "same",   "skip",     "same"],     "its text proves no state"),
  row("subagent.started", undefined, undefined, ["skip",    "skip",     "skip",  "skip",  "skip",    "skip",   "skip",     "skip"],     "sub-agents change nothing"),
  row("subagent.stopped", undefined, undefined, ["skip",    "skip",     "skip",  "skip",  "skip",    "skip",   "skip",     "skip"],     "sub-agents change nothing"),
  row("context.compacted", undefined, undefined, ["starting", "same",   "same",  "same",  "same",    "same",   "skip",     "same"],     "by hand when idle, by itself when busy"),
  row("message.displayed", undefined, undefined, ["starting", "same",   "same",  "same",  "same",    "same",   "skip",     "same"],     "races with the stop"),
];

/** The row that decides for an event, and what it says for this record. Every pair of situation and kind is decided. */
export function stepOf(record: SessionRecord | undefined, kind: SessionEventKind, facts: SessionFacts): Step {
  const found = transitions.find(
    (each) =>
      each.kind === kind &&
      (each.cli === undefined || each.cli === facts.cli) &&
      (each.when === undefined || conditions[each.when](record, facts)),
  );
  return found?.to[record?.state ?? "none"] ?? "skip";
}

/** Whether the facts are of another process, or of another CLI session, than the record's. What is unknown does not differ. */
export function isOtherRun(record: SessionRecord, facts: SessionFacts): boolean {
  return differ(record.pid, facts.pid) || differ(record.cliSession, facts.cliSession);
}

function differ(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

type Steps = readonly [Step, Step, Step, Step, Step, Step, Step, Step];

function row(
  kind: SessionEventKind,
  cli: string | undefined,
  when: Condition | undefined,
  steps: Steps,
  why: string,
): Transition {
  const [none, starting, idle, busy, waiting, parked, ended, lost] = steps;
  const to = { none, starting, idle, busy, waiting, parked, ended, lost };
  return { kind, ...(cli === undefined ? {} : { cli }), ...(when === undefined ? {} : { when }), to, why };
}
