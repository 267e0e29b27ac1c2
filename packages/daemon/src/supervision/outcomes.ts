import {
  FleetError,
  formatAddress,
  supervisorOf,
  type Clock,
  type IdSource,
  type Message,
  type SessionRecord,
  type TokenUsage,
} from "@fleetbus/core";
import type { TurnFailure } from "@fleetbus/hooks";
import type { Change } from "../session/registry.ts";
import { accountOf, type Account } from "./account.ts";
import { endingOf, type Ending } from "./ending.ts";
import { reportOf, type OutcomeRule } from "./report-of.ts";

/** What telling supervisors needs. */
export interface OutcomeDeps {
  readonly clock: Clock;
  readonly ids: IdSource;
  all(): readonly SessionRecord[];
  find(name: string): SessionRecord | undefined;
  /** Puts a record, marked, in the place of its like, and saves it. */
  keep(record: SessionRecord): void;
  /** Every machine's sessions. */
  sessions(): Promise<readonly SessionRecord[]>;
  rule(record: SessionRecord): OutcomeRule;
  /** What the session's turn is about now. */
  causes(name: string): readonly Message[];
  isAnswering(name: string): boolean;
  maxHops(): number;
  /** What the CLI's own file says of the turn that ended; never rejects. */
  learn(record: SessionRecord): Promise<Learnt>;
  /** What a turn that fleet woke has cost is known; before anybody is told of its end. */
  account(account: Account): void;
  /** Stores it, with the server or in the spool. */
  publish(message: Message): Promise<unknown>;
  /** The storm guard's receipt. */
  refuse(message: Message, reason: string): void;
  onError(error: unknown, doing: string): void;
}

/** What a CLI's file of a conversation tells beside its hooks. */
export interface Learnt {
  readonly tokens?: TokenUsage | undefined;
  /** Of the turn's tokens those that were used since fleet woke it. */
  readonly wakeTokens?: TokenUsage | undefined;
  /** It failed, though its hook said no more than that it was over. */
  readonly failure?: TurnFailure | undefined;
}

/**
 * Supervision from outside (DESIGN §4, §5 Supervisor): each end of a turn or of a session becomes one message to its
 * supervisor. Nothing is awaited: what cannot be stored is told to `onError`, and again by the next daemon's `begin`.
 */
export interface Outcomes {
  /** To be told of every change of a session, before its leases are ended. Before `begin` nothing counts. */
  heard(change: Change): void;
  /** Something was heard of it: tells what ended, unless a hook is being answered that may yet continue the turn. */
  flush(name: string): void;
  /** The session has said its own word on the turn that runs. */
  reported(name: string): void;
  /** A turn that goes on without a sign of life; told once for what was heard of it last. */
  stalled(record: SessionRecord, evidence: string): void;
  /** How often something was heard of a session. */
  signsOfLife(name: string): number;
  /** Once, when the sessions are known: tells of ends that a daemon before this one saw last and may not have told. */
  begin(): void;
}

/** The server knows a message that comes again for an hour (DESIGN §3, `duplicate_window`); the rest is margin. */
const sweepMs = 55 * 60_000;

/** The outcomes of one daemon. */
export function outcomes(deps: OutcomeDeps): Outcomes {
  const held = new Map<string, Ending[]>();
  const reports: Reports = new Map();
  const signs = new Map<string, number>();
  let hasBegun = false;
  const tell = (ending: Ending) =>
    void report(ending, { ...deps, reports }).catch((error: unknown) =>
      deps.onError(error, `telling the supervisor of ${ending.record.name}`),
    );
  const flush = (name: string) => {
    signs.set(name, (signs.get(name) ?? 0) + 1);
    if (deps.isAnswering(name)) return;
    const endings = held.get(name) ?? [];
    held.delete(name);
    endings.forEach(tell);
  };
  return {
    flush,
    heard: ({ after, event }) => {
      if (!hasBegun) return;
      if (event.kind === "turn.continued" && event.data["confirmedBy"] === undefined) held.delete(after.name);
      if (after.end?.id !== event.id) return;
      const ending = endingOf(after, deps.causes(after.name));
      if (ending !== undefined) held.set(after.name, [...(held.get(after.name) ?? []), ending]);
    },
    reported: (name) => {
      const record = deps.find(name);
      if (record !== undefined && isWorking(record)) reports.set(name, record.idleGeneration);
    },
    stalled: (record, reason) => {
      const time = new Date(deps.clock.now()).toISOString();
      const end = { id: record.lastEventId, time, midTurn: true, reason };
      tell({ how: "stalled", record, end, causes: [] });
    },
    signsOfLife: (name) => signs.get(name) ?? 0,
    begin: () => {
      hasBegun = true;
      for (const record of deps.all()) {
        const ending = endingOf(record);
        if (ending !== undefined && isUntold(ending, deps.clock.now())) tell(ending);
      }
    },
  };
}

/** For each session in which idle period the turn began that it has reported of. */
type Reports = Map<string, number>;

function isUntold({ record, end }: Ending, nowMs: number): boolean {
  return record.toldEnd !== end.id && nowMs - Date.parse(end.time) < sweepMs;
}

async function report(ending: Ending, deps: OutcomeDeps & { readonly reports: Reports }): Promise<void> {
  const { record, end } = ending;
  const sessions = await deps.sessions();
  const isSupervised = supervisorOf(record, { sessions }) !== undefined;
  if (!isSupervised && accountOf(ending) === undefined) return;
  const hasReported = deps.reports.get(record.name) === record.idleGeneration - 1;
  const isTurns = end.midTurn && ending.how !== "stalled";
  const { tokens, wakeTokens, failure } = isTurns ? await deps.learn(record) : {};
  const account = accountOf(ending, wakeTokens);
  if (account !== undefined) deps.account(account);
  if (!isSupervised) return;
  const known = failure === undefined ? ending : failedBy(ending, failure);
  const message = reportOf(known, { ...deps, rule: deps.rule(record), sessions, hasReported, tokens });
  if (message !== undefined) await store(message, deps);
  mark(ending, deps);
}

/** An interruption that was none. */
function failedBy(ending: Ending, { error, text: lastText }: TurnFailure): Ending {
  const { how, record, end } = ending;
  if (how !== "interrupted") return ending;
  return { ...ending, how: "error", record: { ...record, lastText }, end: { ...end, reason: error } };
}

async function store(message: Message, deps: OutcomeDeps): Promise<void> {
  if (message.hop > deps.maxHops())
    return deps.refuse(
      message,
      `${message.hop} messages in a chain, the last to ${formatAddress(message.to)}`,
    );
  await deps.publish(message).catch((error: unknown) => {
    // It was told before, by words that a restart has changed.
    if (!(error instanceof FleetError) || error.code !== "conflict") throw error;
  });
}

/** So that the next daemon need not tell it again; in the saved record, for it is the record's end. */
function mark({ record: { name }, end }: Ending, { find, keep }: OutcomeDeps): void {
  const now = find(name);
  if (now?.end?.id === end.id) keep({ ...now, toldEnd: end.id });
}

function isWorking({ state }: SessionRecord): boolean {
  return state === "busy" || state === "waiting";
}
