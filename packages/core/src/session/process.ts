import type { SessionFacts } from "./facts.ts";
import type { SessionRecord } from "./record.ts";

/** What tells a process from every other one of its machine: a pid alone comes again. */
export interface ProcessIdentity {
  readonly pid?: number | undefined;
  readonly procStart?: string | undefined;
}

/** Whether two sightings are of different processes. What is unknown does not differ. */
export function isOtherProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return differ(a.pid, b.pid) || differ(a.procStart, b.procStart);
}

/** What a record knows of its process's start after an event: nothing where the event is of another pid and does not say. */
export function startAfter(before: SessionRecord, facts: SessionFacts): Pick<SessionRecord, "procStart"> {
  if (facts.procStart !== undefined) return { procStart: facts.procStart };
  return { procStart: differ(before.pid, facts.pid) ? undefined : before.procStart };
}

function differ(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined && a !== b;
}
