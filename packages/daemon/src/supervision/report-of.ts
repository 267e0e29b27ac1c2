import {
  newMessage,
  supervisorOf,
  type Clock,
  type IdSource,
  type Message,
  type Priority,
  type SessionRecord,
  type TokenUsage,
} from "@fleetbus/core";
import { isProblem, type Ending } from "./ending.ts";
import { isInRing } from "./ring.ts";
import { wordsOf } from "./words.ts";

/** Which ends a supervisor is told of. */
export type OutcomeRule = "all" | "problems" | "off";

/** What decides over an outcome message, beside the end itself. */
export interface ReportContext {
  /** Every session that is known, on all machines. */
  readonly sessions: readonly SessionRecord[];
  readonly rule: OutcomeRule;
  /** The worker has said its own word on this turn (`fleet report`). */
  readonly hasReported: boolean;
  readonly tokens?: TokenUsage | undefined;
  readonly ids: IdSource;
  readonly clock: Clock;
}

/** News of a turn that went well is old soon, and nobody is woken for it. */
const quietTtlMs = 2 * 60 * 60_000;

/**
 * The one message that an end becomes (DESIGN §5 Supervisor), from the session that ended; undefined where nobody is to
 * be told: no supervisor, switched off, blocked, done with a word of its own, or done with nothing but reading such
 * messages. In a ring of supervisors the end of a turn that was about such messages never wakes: else two that supervise
 * each other would, while both fail, wake each other for ever. Its id is the end's: told twice, it is stored once.
 */
export function reportOf(ending: Ending, context: ReportContext): Message | undefined {
  const { record, end, how, causes } = ending;
  const { sessions } = context;
  const to = supervisorOf(record, { sessions });
  if (to === undefined || !isToTell(ending, context)) return undefined;
  const isReaction = isAboutReports(causes);
  const priority = isReaction && isInRing(record, sessions) ? "low" : priorityOf(ending);
  return newMessage(
    {
      ...wordsOf(ending, context.tokens),
      ...{ id: reportId(how === "stalled" ? "stall" : "outcome", end.id), from: addressOf(record), to },
      ...{ kind: "system", origin: "system", type: "result", priority, hop: hopOf(causes) },
      ...(priority === "low" ? { ttlMs: quietTtlMs } : {}),
    },
    context,
  );
}

/** Whether a message's id is one that fleet made of an end: nobody sent it. */
export function isReportId(id: string): boolean {
  return /^(?:outcome|stall)-[0-9a-hjkmnp-tv-z]{26}$/.test(id);
}

function reportId(prefix: "outcome" | "stall", id: string): string {
  return `${prefix}-${id}`.toLowerCase();
}

function isToTell(ending: Ending, { rule, hasReported }: ReportContext): boolean {
  if (rule === "off" || ending.how === "blocked") return false;
  if (isProblem(ending)) return true;
  if (rule === "problems") return false;
  return ending.how !== "done" || !(hasReported || isAboutReports(ending.causes));
}

/** Only fleet itself sends what is of origin system. */
function isAboutReports(causes: readonly Message[]): boolean {
  return causes.length > 0 && causes.every(({ origin, type }) => origin === "system" && type === "result");
}

/** A tool that takes long may well be what was asked for. */
function priorityOf({ how, end, record }: Ending): Priority {
  if (how === "stalled" && record.tool !== undefined) return "normal";
  if (how === "done") return "low";
  if (how === "exited") return end.midTurn ? "normal" : "low";
  return how === "interrupted" || how === "unknown" ? "normal" : "high";
}

function hopOf(causes: readonly Message[]): number {
  return causes.length === 0 ? 0 : Math.max(...causes.map(({ hop }) => hop)) + 1;
}

function addressOf({ machine, name }: SessionRecord) {
  return { machine, session: name };
}
