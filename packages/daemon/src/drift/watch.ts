import type { Clock, FleetEvent, SessionRecord } from "@fleetbus/core";
import { answersOf, regularFileStat } from "@fleetbus/hooks";
import type { Registry } from "../session/registry.ts";
import { lastAnswerAt } from "./last-answer.ts";

/** An answer this much younger than the last hook was not told of by it: its line and its hook come in one moment. */
const apartMs = 1000;
/** The hook that tells of an answer is given this long. */
const graceMs = 2000;
/** A thousand records cost a thousand stats each time. */
const lookEveryMs = 10_000;

/** What the drift self-test needs. */
export interface DriftDeps {
  readonly clock: Clock;
  readonly registry: Pick<Registry, "live" | "find">;
  note(record: SessionRecord, event: Pick<FleetEvent, "kind" | "data">): void;
  onError(error: unknown, doing: string): void;
}

/**
 * The drift self-test (DESIGN §4): hooks that were switched off in a running CLI say nothing of it, and leave their
 * session idle for ever. The CLI's own record of the conversation says that it answered all the same; then `session.drifted` is noted, once until
 * the hooks speak again (core: foldEvent).
 */
export interface DriftWatch {
  /** A hook of this session was taken in: its hooks speak. */
  heard(name: string): void;
  /** Looks at one session now. Resolves at once, unless an answer is so fresh that its hook may be on its way. */
  look(name: string): Promise<void>;
  /** Looks at all of them every ten seconds until the signal aborts; `pace` is the clock that it sleeps by. */
  follow(pace: Pick<Clock, "sleep">, signal: AbortSignal): Promise<void>;
}

/** The self-test of one daemon; it has heard nothing yet. */
export function driftWatch(deps: DriftDeps): DriftWatch {
  const heardAt = new Map<string, number>();
  /** Up to which change a record holds nothing new. */
  const readUpTo = new Map<string, number>();
  const look = async (name: string): Promise<void> => {
    const record = deps.registry.find(name);
    if (record === undefined || !isWatched(record)) return;
    const toldUntil = toldUntilOf(record, heardAt.get(name)) + apartMs;
    const open = answersOf(record.cli);
    const path = logOf(record);
    if (open === undefined || path === undefined) return;
    const changedAt = regularFileStat(path)?.mtimeMs ?? 0;
    if (changedAt <= toldUntil || readUpTo.get(path) === changedAt) return;
    const answeredAt = await lastAnswerAt(path, open(record.cliSession));
    if (answeredAt === undefined || answeredAt <= toldUntil) return void readUpTo.set(path, changedAt);
    const left = answeredAt + graceMs - deps.clock.now();
    if (left > 0) {
      await deps.clock.sleep(Math.min(left, graceMs));
      return look(name);
    }
    const now = deps.registry.find(name);
    if (now?.lastEventId === record.lastEventId) deps.note(now, eventOf(now, answeredAt));
  };
  const lookAtAll = async () => {
    const names = new Set<string>();
    const paths = new Set<string | undefined>();
    for (const record of deps.registry.live()) {
      const { name } = record;
      names.add(name);
      paths.add(logOf(record));
      await look(name).catch((error: unknown) => deps.onError(error, `reading what ${name} answered`));
    }
    for (const name of heardAt.keys()) if (!names.has(name)) heardAt.delete(name);
    for (const path of readUpTo.keys()) if (!paths.has(path)) readUpTo.delete(path);
  };
  return {
    heard: (name) => void heardAt.set(name, deps.clock.now()),
    look,
    follow: async (pace, signal) => {
      while (!signal.aborted) {
        await pace.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
        if (!signal.aborted) await lookAtAll();
      }
    },
  };
}

/** While it is busy its hooks may be silent for long; one that was found without hooks has none. */
function isWatched({ state, hooked, drift }: SessionRecord): boolean {
  return state === "idle" && hooked && drift === undefined;
}

function logOf({ transcript, chatLog }: SessionRecord): string | undefined {
  return transcript ?? chatLog;
}

/** What happened until then the hooks have told of, or never tell of (Esc). Before the daemon's start: until it became idle. */
function toldUntilOf({ stateSince, outcome }: SessionRecord, heardAt: number | undefined): number {
  const restedAt = Date.parse(stateSince);
  if (heardAt === undefined) return restedAt;
  return outcome === "interrupted" ? Math.max(heardAt, restedAt) : heardAt;
}

function eventOf(
  { cli, cliSession, pid }: SessionRecord,
  answeredAt: number,
): Pick<FleetEvent, "kind" | "data"> {
  const evidence = `it answered at ${new Date(answeredAt).toISOString()} and no hook told of it`;
  return { kind: "session.drifted", data: { cli, cliSession, pid, evidence } };
}
