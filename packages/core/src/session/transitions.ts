import type { SessionEventKind } from "../event/kinds.ts";
import { stateSchema, type SessionRecord, type State } from "./record.ts";
import type { SessionFacts } from "./facts.ts";
import { isOtherProcess } from "./process.ts";

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

// prettier-ignore
/**
 * The committed transition table, state × event × CLI (DESIGN §4; what fires when: HOOKS.md). `foldEvent` reads nothing
 * else, docs/states.md is printed from it. Sub-agent events never reach it.
 */
export const transitions: readonly Transition[] = [
  //                            none       starting   idle       busy       waiting    parked     ended      lost       
  row("session.started",       ["starting","same",    "same",    "same",    "same",    "same",    "starting","starting"], { when: "not hooked", why: "found by a reader: nothing proves that it is idle" }),
  row("session.started",       ["busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "busy"    ], { cli: "codex", why: "codex tells of a session with its first prompt, and of a compaction with the next" }),
  row("session.started",       ["starting","same",    "same",    "same",    "same",    "same",    "starting","starting"], { when: "compact", why: "a compaction goes on with its turn" }),
  row("session.started",       ["idle",    "idle",    "same",    "same",    "same",    "same",    "idle",    "idle"    ], { when: "same run", why: "the start may come after the first prompt (grok -p)" }),
  row("session.started",       ["idle",    "idle",    "idle",    "idle",    "idle",    "idle",    "idle",    "idle"    ], { why: "a proven boot, or a new session id in the same process (/clear)" }),
  row("session.ended",         ["skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip"    ], { when: "other run", why: "the end of a predecessor under the same name" }),
  row("session.ended",         ["skip",    "same",    "same",    "same",    "same",    "same",    "same",    "same"    ], { when: "cleared", why: "the process goes on with a new session id" }),
  row("session.ended",         ["skip",    "ended",   "ended",   "ended",   "ended",   "ended",   "same",    "ended"   ]),
  row("session.lost",          ["skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip"    ], { when: "other run", why: "the loss of a predecessor under the same name" }),
  row("session.lost",          ["skip",    "lost",    "lost",    "lost",    "lost",    "lost",    "same",    "same"    ], { why: "seen from outside: process or pane is gone" }),
  row("session.configured",    ["skip",    "same",    "same",    "same",    "same",    "same",    "skip",    "skip"    ], { why: "its role and its supervisor by a changed config" }),
  row("session.drifted",       ["skip",    "same",    "same",    "same",    "same",    "same",    "skip",    "skip"    ], { why: "its hooks are silent: it is marked until the next one tells" }),
  row("session.unparked",      ["skip",    "skip",    "skip",    "skip",    "skip",    "idle",    "skip",    "skip"    ], { why: "the limit's time is over; a prompt ends it before" }),
  row("session.renamed",       ["skip",    "same",    "same",    "same",    "same",    "same",    "same",    "same"    ]),
  row("prompt.submitted",      ["busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "busy"    ], { why: "whoever is prompted lives" }),
  row("tool.started",          ["busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "skip",    "busy"    ], { why: "any tool event means busy; after the end it is late" }),
  row("tool.finished",         ["busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "skip",    "busy"    ], { why: "as above; a denied tool ends a wait too" }),
  row("tool.failed",           ["busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "skip",    "busy"    ], { why: "as above" }),
  row("turn.stopped",          ["idle",    "idle",    "idle",    "idle",    "idle",    "idle",    "skip",    "idle"    ], { why: "also while background tasks run; grok sends one more after its end" }),
  row("turn.failed",           ["idle",    "idle",    "idle",    "idle",    "idle",    "same",    "skip",    "idle"    ], { why: "the failure that parked it is no second end" }),
  row("turn.interrupted",      ["skip",    "idle",    "same",    "idle",    "idle",    "same",    "skip",    "idle"    ], { why: "a reader that says idle after a normal end adds nothing" }),
  row("turn.parked",           ["parked",  "parked",  "parked",  "parked",  "parked",  "parked",  "skip",    "parked"  ], { why: "until the time it names" }),
  row("turn.stalled",          ["skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip"    ], { why: "silence proves no state" }),
  row("turn.continued",        ["busy",    "busy",    "busy",    "busy",    "busy",    "busy",    "skip",    "busy"    ], { why: "our own answer to a stop" }),
  row("turn.accounted",        ["skip",    "same",    "same",    "same",    "same",    "same",    "same",    "same"    ], { why: "what a turn that fleet woke has cost" }),
  row("permission.requested",  ["waiting", "waiting", "waiting", "waiting", "waiting", "waiting", "skip",    "waiting" ], { why: "a dialog is open" }),
  row("permission.resolved",   ["busy",    "busy",    "same",    "busy",    "busy",    "same",    "skip",    "busy"    ], { why: "after the turn's end it is late" }),
  row("notification.raised",   ["starting","same",    "same",    "same",    "same",    "same",    "skip",    "same"    ], { why: "its text proves no state" }),
  row("subagent.started",      ["skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip"    ], { why: "sub-agents change nothing" }),
  row("subagent.stopped",      ["skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip",    "skip"    ], { why: "sub-agents change nothing" }),
  row("context.compacted",     ["starting","same",    "same",    "same",    "same",    "same",    "skip",    "same"    ], { why: "by hand when idle, by itself when busy" }),
  row("message.displayed",     ["starting","same",    "same",    "same",    "same",    "same",    "skip",    "same"    ], { why: "races with the stop" }),
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
  return isOtherProcess(record, facts) || differ(record.cliSession, facts.cliSession);
}

function differ(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

type Steps = readonly [Step, Step, Step, Step, Step, Step, Step, Step];

function row(kind: SessionEventKind, steps: Steps, rest: Partial<Transition> = {}): Transition {
  const [none, starting, idle, busy, waiting, parked, ended, lost] = steps;
  return { why: "", ...rest, kind, to: { none, starting, idle, busy, waiting, parked, ended, lost } };
}
