import type { Clock, FleetEvent, SessionRecord } from "@fleetbus/core";
import { watchClaudeSessions, type ClaudeSession } from "@fleetbus/hooks";

/** Between two queued turns the CLI is idle for some milliseconds: that is no idleness. */
const settledMs = 120;
/** A hook that says the same is given this long before the reader speaks. */
const hookGraceMs = 150;
/** What the list goes on saying against the hooks is looked at again this often. */
const lookAgainMs = 1000;

/** One CLI's list of its own sessions, and what is done with it. */
export interface ListReaderDeps {
  /** The CLI's config folder. */
  readonly dir: string;
  readonly clock: Clock;
  /** For what is looked at now and then; the clock itself unless given. */
  readonly pace?: Pick<Clock, "sleep">;
  /** This machine's live sessions, the very same list while they are as they were. */
  live(): readonly SessionRecord[];
  /** What the CLI says of a session by its supported way, now; undefined where it does not know it. */
  confirm(session: ClaudeSession): Promise<string | undefined>;
  /** How it was confirmed, for the event. */
  readonly confirmedBy: string;
  /** Notes an event that no hook told. */
  note(record: SessionRecord, event: Pick<FleetEvent, "kind" | "data">): void;
  /** A session that runs without fleet's hooks. */
  found(session: ClaudeSession): void;
  /** A session that was found so has gone. */
  gone(pid: number): void;
  onError(error: unknown, doing: string): void;
}

/**
 * A CLI's own list of sessions as a source of events (DESIGN §4): it knows what no hook tells, above all Esc, a
 * continuation that the CLI never heard of, and a turn that began without a prompt event (Claude: a queued prompt, a
 * shell line, a compaction). What it says is confirmed before it counts, and for as long as it says so: an event in the
 * wrong moment must not leave a session busy for ever.
 */
export async function readSessionList(deps: ListReaderDeps, signal: AbortSignal): Promise<void> {
  const listed = new Map<number, ClaudeSession>();
  const checking = new Map<number, Promise<void>>();
  const begun: Begun = new Map();
  /** The live sessions of whom the list says nothing else. */
  let agreed: readonly SessionRecord[] | undefined;
  const check = (session: ClaudeSession) => {
    const record = recordOf(session, deps);
    if (record === undefined || checking.has(session.pid)) return;
    const compared = compare(session, record, { ...deps, begun }).catch((error: unknown) =>
      deps.onError(error, "following a list of sessions"),
    );
    checking.set(
      session.pid,
      compared.finally(() => checking.delete(session.pid)),
    );
  };
  const lookAgain = async () => {
    while (!signal.aborted) {
      await (deps.pace ?? deps.clock).sleep(lookAgainMs, signal).catch(() => undefined); // aborted: the loop ends
      const live = deps.live();
      if (live === agreed) continue;
      const contradicted = contradictions(listed.values(), live);
      for (const session of contradicted) check(session);
      agreed = contradicted.length === 0 ? live : undefined;
    }
  };
  const follow = async () => {
    for await (const session of changes(listed, deps, signal)) {
      agreed = undefined;
      if (recordOf(session, deps) === undefined) void reportFound(session, deps);
      else check(session);
    }
  };
  await Promise.all([follow(), lookAgain()]);
  await Promise.all(checking.values());
}

/** Keeps `listed` as the list is, and gives each session that it says something new of. */
async function* changes(
  listed: Map<number, ClaudeSession>,
  deps: ListReaderDeps,
  signal: AbortSignal,
): AsyncGenerator<ClaudeSession> {
  const onUnknown = (file: string) =>
    deps.onError(new Error(file), "reading a list of sessions: a shape that fleet does not know");
  for await (const change of watchClaudeSessions({ dir: deps.dir, signal, onUnknown })) {
    if (change.type === "gone") {
      listed.delete(change.pid);
      deps.gone(change.pid);
    } else {
      listed.set(change.session.pid, change.session);
      yield change.session;
    }
  }
}

/** Its first hook may be on its way. */
async function reportFound(session: ClaudeSession, deps: ListReaderDeps): Promise<void> {
  await deps.clock.sleep(1000);
  if (recordOf(session, deps) === undefined) deps.found(session);
}

/** For each process the event that told of a turn of which only the list knows. */
type Begun = Map<number, string | undefined>;

interface CompareDeps extends ListReaderDeps {
  readonly begun: Begun;
}

async function compare(session: ClaudeSession, record: SessionRecord, deps: CompareDeps): Promise<void> {
  if (!isContradicted(session, record)) return;
  const confirm = { idle: confirmIdle, busy: confirmBusy, waiting: confirmWaiting }[session.status];
  await confirm(session, record, deps);
}

function isContradicted({ status }: ClaudeSession, record: SessionRecord): boolean {
  if (status === "idle") return isWorking(record);
  return record.state === (status === "busy" ? "idle" : "busy");
}

/** As `recordOf` and `isContradicted`, for many: a thousand sessions may be looked for once a second. */
function contradictions(
  listed: Iterable<ClaudeSession>,
  live: readonly SessionRecord[],
): readonly ClaudeSession[] {
  const bySession = new Map(live.map((record) => [record.cliSession, record]));
  const byPid = new Map(live.map((record) => [record.pid, record]));
  return [...listed].filter((session) => {
    const record = bySession.get(session.sessionId) ?? byPid.get(session.pid);
    return record !== undefined && isContradicted(session, record);
  });
}

function recordOf(session: ClaudeSession, deps: ListReaderDeps): SessionRecord | undefined {
  return deps.live().find((record) => record.cliSession === session.sessionId || record.pid === session.pid);
}

function isWorking({ state }: SessionRecord): boolean {
  return state === "busy" || state === "waiting";
}

/** Idle without a Stop: an interrupt, unless the turn was of the list's own telling. */
async function confirmIdle(session: ClaudeSession, record: SessionRecord, deps: CompareDeps): Promise<void> {
  if (!(await isConfirmed(session, record, deps))) return;
  const { outcome = "unknown", lastText } = record;
  const isBegun = record.state === "busy" && deps.begun.get(session.pid) === record.lastEventId;
  const facts = { ...factsOf(record), confirmedBy: deps.confirmedBy };
  if (isBegun) deps.note(record, { kind: "turn.stopped", data: { ...facts, outcome, lastText } });
  else deps.note(record, { kind: "turn.interrupted", data: facts });
}

/** Busy without a prompt: it must not be taken for idle, and is not woken. */
async function confirmBusy(session: ClaudeSession, record: SessionRecord, deps: CompareDeps): Promise<void> {
  if (!(await isConfirmed(session, record, deps))) return;
  deps.note(record, {
    kind: "turn.continued",
    data: { ...factsOf(record), confirmedBy: deps.confirmedBy },
  });
  deps.begun.set(session.pid, recordOf(session, deps)?.lastEventId);
}

/** A hook that says so comes first; whatever is heard meanwhile makes it void. */
async function isConfirmed(
  session: ClaudeSession,
  record: SessionRecord,
  deps: CompareDeps,
): Promise<boolean> {
  await deps.clock.sleep(hookGraceMs + settledMs);
  const isUntouched = () => recordOf(session, deps)?.lastEventId === record.lastEventId;
  return isUntouched() && (await deps.confirm(session)) === session.status && isUntouched();
}

/** A dialog that no hook tells of (a peer's message held, a menu) keeps the session from being typed into. */
async function confirmWaiting(
  session: ClaudeSession,
  record: SessionRecord,
  deps: ListReaderDeps,
): Promise<void> {
  await deps.clock.sleep(hookGraceMs);
  const now = recordOf(session, deps);
  if (now?.state !== "busy" || now.lastEventId !== record.lastEventId) return;
  deps.note(now, {
    kind: "permission.requested",
    data: { ...factsOf(now), detail: session.waitingFor ?? "a dialog" },
  });
}

function factsOf({ cli, cliSession, pid }: SessionRecord): Readonly<Record<string, unknown>> {
  return { cli, cliSession, pid };
}
