import { sanitiseLine } from "../message/sanitise.ts";
import type { Seen, SessionFacts } from "./facts.ts";
import { isOtherProcess } from "./process.ts";
import type { FormerName, SessionRecord } from "./record.ts";

/** A start in another process, or after an end or loss; `/clear` keeps the process and so the record. */
export function startsNewProcess(record: SessionRecord, { kind, facts }: Seen): boolean {
  if (kind !== "session.started") return false;
  if (record.state === "ended" || record.state === "lost") return true;
  return isOtherProcess(record, facts);
}

/** A session as the first event about it makes it, before its step is taken. */
export function blankRecord({ event, facts }: Seen): SessionRecord {
  return {
    machine: event.from.machine,
    name: event.from.session,
    display: displayOf(facts) ?? event.from.session,
    cli: facts.cli,
    state: "starting",
    stateSince: event.time,
    startedAt: event.time,
    seenAt: event.time,
    hooked: facts.hooked ?? true,
    wake: true,
    idleGeneration: 0,
    lastEventId: event.id,
  };
}

/** A name that a new process takes, in `starting`: nothing of the old process stays, in particular no pane that could be typed into. */
export function freshRecord(record: SessionRecord, seen: Seen): SessionRecord {
  const { display, cwd, role, parent, wake, idleGeneration, lastEventId, formerly } = record;
  const kept = { display, cwd, role, parent, wake, idleGeneration, lastEventId, formerly };
  return { ...blankRecord(seen), name: record.name, ...kept };
}

/** What an event says of the CLI and its place. What it does not say is not in the result. */
export function placeOf({ facts }: Seen): Partial<Pick<SessionFacts, (typeof placeKeys)[number]>> {
  const place: { -readonly [K in (typeof placeKeys)[number]]?: SessionFacts[K] } = {};
  for (const key of placeKeys) copy(facts, place, key);
  return place;
}

const placeKeys = [
  "cli",
  "cliVersion",
  "cliSession",
  "cwd",
  "pid",
  "pane",
  "pty",
  "transcript",
  "chatLog",
  "permissionMode",
  "messagingSocket",
  "promptId",
] as const;

function copy<K extends (typeof placeKeys)[number]>(
  from: SessionFacts,
  to: { [P in K]?: SessionFacts[P] },
  key: K,
): void {
  const value = from[key];
  if (value !== undefined) to[key] = value;
}

/** What an event says of who the session is to fleet. */
export function identityOf(before: SessionRecord, { kind, event, facts }: Seen): Partial<SessionRecord> {
  const display = displayOf(facts) ?? before.display;
  if (kind === "session.renamed") {
    const name = facts.to ?? before.name;
    const formerly = [...(before.formerly ?? []), ...formerNameOf({ kind, event, facts })];
    return { name, display: displayOf(facts) ?? facts.to ?? before.display, formerly };
  }
  if (kind === "session.configured") return { role: facts.role, parent: facts.parent };
  if (kind === "prompt.submitted" || kind.startsWith("tool."))
    return facts.hooked === false ? {} : { hooked: true };
  if (kind !== "session.started") return {};
  const hooked = before.hooked || facts.hooked !== false;
  return { display, hooked, role: facts.role ?? before.role, parent: facts.parent ?? before.parent };
}

function formerNameOf({ event, facts }: Seen): readonly FormerName[] {
  const { from: name, after = 0, upTo = 0 } = facts;
  return name === undefined ? [] : [{ id: event.id, name, after, upTo, until: event.time }];
}

/** It comes from outside and is printed in lists: what is left of it when nothing in it can move a terminal's cursor. */
function displayOf({ display = "" }: SessionFacts): string | undefined {
  return sanitiseLine(display, { maxBytes: 120 }) || undefined;
}
