import type { Clock, FleetEvent, SessionRecord } from "@fleetbus/core";
import {
  chatReaderOf,
  readChatTail,
  regularFileStat,
  resetTimeIn,
  type ChatTail,
  type ChatTurn,
  type TurnFailure,
} from "@fleetbus/hooks";

const lookEveryMs = 2000;
/** The hook of the tool that was interrupted comes after the file's line, and would mean busy again. */
const settleMs = 1500;

/** What watching for ends that no hook tells needs. */
export interface UntoldDeps {
  readonly clock: Clock;
  live(): readonly SessionRecord[];
  find(name: string): SessionRecord | undefined;
  note(record: SessionRecord, event: Pick<FleetEvent, "kind" | "data">): void;
  onError(error: unknown, doing: string): void;
}

/**
 * Looks into the files of sessions whose CLI's hooks do not tell how a turn ends, until the signal aborts: an error of the
 * API (Codex: no hook; Gemini: as an interruption), Esc in a tool (Gemini). What the file says of that turn becomes an
 * event (DESIGN §4: every end becomes one).
 */
export async function watchUntold(deps: UntoldDeps, signal: AbortSignal): Promise<void> {
  const read = new Map<string, string>();
  while (!signal.aborted) {
    for (const record of deps.live()) await look(record, read, deps);
    await deps.clock.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
  }
}

/** The turn that runs or ran last. */
export function turnOf({ promptId, turnStartedAt = "" }: SessionRecord): ChatTurn {
  return { promptId, sinceMs: Date.parse(turnStartedAt) };
}

type Untold = "failure" | "interruption";

/** What the hooks of its CLI may have left out, as the session stands. */
function untoldOf({ cli, state, outcome }: SessionRecord): Untold | undefined {
  const isWorking = state === "busy" || state === "waiting";
  if (cli === "codex") return isWorking ? "failure" : undefined;
  if (cli !== "gemini") return undefined;
  if (isWorking) return "interruption";
  return state === "idle" && outcome === "interrupted" ? "failure" : undefined;
}

/** A file that has not grown since says what it said. */
async function look(record: SessionRecord, read: Map<string, string>, deps: UntoldDeps): Promise<void> {
  const { name, chatLog: path, turnStartedAt = "" } = record;
  const what = untoldOf(record);
  if (what === undefined || path === undefined) return;
  const { size = 0 } = regularFileStat(path) ?? {};
  const key = `${what} ${turnStartedAt} ${size}`;
  if (size === 0 || read.get(name) === key) return;
  const tail = await readChatTail(path).catch((error: unknown) => deps.onError(error, `reading ${path}`));
  const found = tail === undefined ? undefined : endIn(tail, record, deps.clock.now());
  if (found === "too fresh") return;
  read.set(name, key);
  const now = deps.find(name);
  const isSame = now?.turnStartedAt === record.turnStartedAt && now?.state === record.state;
  if (found !== undefined && now !== undefined && isSame) deps.note(now, found);
}

type Told = Pick<FleetEvent, "kind" | "data">;

function endIn(tail: ChatTail, record: SessionRecord, nowMs: number): Told | "too fresh" | undefined {
  const reader = chatReaderOf(record.cli);
  if (untoldOf(record) === "failure") {
    const failure = reader?.failureIn?.(tail, turnOf(record));
    return failure && failureEvent(record, failure, nowMs);
  }
  const at = reader?.interruptedAt?.(tail, turnOf(record));
  if (at === undefined) return undefined;
  return nowMs - at < settleMs ? "too fresh" : { kind: "turn.interrupted", data: factsOf(record) };
}

function failureEvent(record: SessionRecord, { error, text, isLimit }: TurnFailure, nowMs: number): Told {
  const facts = factsOf(record);
  if (!isLimit) return { kind: "turn.failed", data: { ...facts, error, lastText: text } };
  const { until, isSaid } = resetTimeIn(text, nowMs);
  const reason = isSaid ? text : `${text} (it says no time: tried again in an hour)`;
  return { kind: "turn.parked", data: { ...facts, until, reason } };
}

function factsOf({ cli, cliSession, pid, promptId }: SessionRecord) {
  return { cli, cliSession, pid, promptId, confirmedBy: "its file of the conversation" };
}
