import { readlink } from "node:fs/promises";
import type { Clock, FleetEvent, SessionRecord } from "@fleetbus/core";
import { listClaudeAgents, watchClaudeSessions, type ClaudeSession } from "@fleetbus/hooks";

/** Between two queued turns the CLI is idle for some milliseconds: that is no idleness. */
const settledMs = 120;
/** A hook that says the same is given this long before the reader speaks. */
const hookGraceMs = 150;

/** What the reader needs. */
export interface ClaudeReaderDeps {
  /** The CLI's config folder. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  live(): readonly SessionRecord[];
  /** Notes an event that no hook told. */
  note(record: SessionRecord, event: Pick<FleetEvent, "kind" | "data">): void;
  /** A session that runs without fleet's hooks. */
  found(session: ClaudeSession): void;
  /** A session that was found so has gone. */
  gone(pid: number): void;
  onError(error: unknown, doing: string): void;
}

/**
 * Claude Code's own list of sessions as a source of events (DESIGN §4): it knows what no hook tells, above all Esc.
 * What it says is confirmed by one run of the supported command before it counts.
 */
export async function readClaudeSessions(deps: ClaudeReaderDeps, signal: AbortSignal): Promise<void> {
  const onUnknown = (file: string) => deps.onError(new Error(file), "reading Claude's session list: a shape that fleet does not know");
  for await (const change of watchClaudeSessions({ dir: deps.dir, signal, onUnknown })) {
    if (change.type === "gone") deps.gone(change.pid);
    else void notice(change.session, deps).catch((error: unknown) => deps.onError(error, "following Claude's session list"));
  }
}

async function notice(session: ClaudeSession, deps: ClaudeReaderDeps): Promise<void> {
  const record = recordOf(session, deps);
  if (record === undefined) {
    await deps.clock.sleep(1000);
    if (recordOf(session, deps) === undefined) deps.found(session);
    return;
  }
  if (session.status === "idle" && isWorking(record)) await confirmIdle(session, record, deps);
  if (session.status === "waiting" && record.state === "busy") await confirmWaiting(session, record, deps);
}

function recordOf(session: ClaudeSession, deps: ClaudeReaderDeps): SessionRecord | undefined {
  return deps.live().find((record) => record.cliSession === session.sessionId || record.pid === session.pid);
}

function isWorking({ state }: SessionRecord): boolean {
  return state === "busy" || state === "waiting";
}

/** Idle without a Stop: an interrupt. A Stop's own hook comes first; whatever is heard meanwhile makes this void. */
async function confirmIdle(session: ClaudeSession, record: SessionRecord, deps: ClaudeReaderDeps): Promise<void> {
  await deps.clock.sleep(hookGraceMs + settledMs);
  const isUntouched = () => recordOf(session, deps)?.lastEventId === record.lastEventId;
  if (!isUntouched()) return;
  const status = await confirmedStatus(session, deps);
  if (status !== "idle" || !isUntouched()) return;
  deps.note(record, { kind: "turn.interrupted", data: { ...factsOf(record), confirmedBy: "claude agents" } });
}

/** A dialog that no hook tells of (a peer's message held, a menu) keeps the session from being typed into. */
async function confirmWaiting(session: ClaudeSession, record: SessionRecord, deps: ClaudeReaderDeps): Promise<void> {
  await deps.clock.sleep(hookGraceMs);
  const now = recordOf(session, deps);
  if (now?.state !== "busy" || now.lastEventId !== record.lastEventId) return;
  deps.note(now, { kind: "permission.requested", data: { ...factsOf(now), detail: session.waitingFor ?? "a dialog" } });
}

async function confirmedStatus(session: ClaudeSession, { env }: ClaudeReaderDeps): Promise<string | undefined> {
  const binary = await readlink(`/proc/${session.pid}/exe`).catch(() => "claude"); // not Linux: the one on PATH
  const agents = await listClaudeAgents({ binary, env });
  return agents.find((agent) => agent.pid === session.pid)?.status;
}

function factsOf({ cli, cliSession, pid }: SessionRecord): Readonly<Record<string, unknown>> {
  return { cli, cliSession, pid };
}
