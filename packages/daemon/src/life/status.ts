import type { Clock } from "@fleetbus/core";
import type { StatusAnswer } from "@fleetbus/core/api";
import type { Edge } from "../requests/edge.ts";
import type { Joined } from "./joining/join-bus.ts";

const patienceMs = 1000;

/** What a status is told from. */
export interface StatusFacts {
  readonly edge: Edge;
  readonly joined: Joined;
  readonly startedAt: string;
  readonly version: string;
  readonly port: number;
  readonly logFile: string;
  readonly me: NonNullable<StatusAnswer["me"]>;
}

/** The daemon's own account of itself; without a server it knows of no dead letters. */
export async function statusOf({ edge, joined, ...own }: StatusFacts): Promise<StatusAnswer> {
  const streams = await soon(edge.bus.streams(), edge.clock);
  const isAnswering = streams !== undefined || !edge.bus.isConnected();
  const problem = edge.host.problem() ?? restartProblem(edge.settings().forRestart);
  const adapters = edge.host.views();
  const gaps = edge.gaps.list();
  const managed = joined.server.managed?.status();
  const about =
    managed === undefined
      ? {}
      : { version: managed.version, pid: managed.pid, monitorUrl: managed.monitorUrl };
  return {
    ...own,
    machine: edge.machine,
    ns: edge.ns,
    pid: process.pid,
    server: {
      url: managed?.url ?? joined.server.url,
      isConnected: edge.bus.isConnected(),
      ...(isAnswering ? {} : { isAnswering }),
      isManaged: managed !== undefined,
      ...about,
    },
    spool: { pending: edge.outbox.pending().length, bytes: edge.outbox.bytes(), torn: edge.outbox.torn },
    dead: streams?.find((stream) => stream.name === "DEAD")?.messages ?? 0,
    sessions: edge.registry.live().length,
    adapters: {
      count: adapters.length,
      failing: adapters.filter(({ state }) => state === "failing").length,
    },
    isPaused: edge.pauses.isFleetPaused(),
    ...(gaps.length === 0 ? {} : { payloadGaps: gaps }),
    ...(problem === undefined ? {} : { configProblem: problem }),
  };
}

/** Undefined where it does not come within a second: a server that hangs is no reason to be silent too. */
export async function soon<T>(answer: Promise<T>, clock: Clock): Promise<T | undefined> {
  const over = new AbortController();
  const late = clock.sleep(patienceMs, over.signal).then(
    () => undefined,
    () => undefined, // answered
  );
  return Promise.race([answer.catch(() => undefined), late]).finally(() => over.abort());
}

function restartProblem(keys: readonly string[]): string | undefined {
  return keys.length === 0 ? undefined : `${keys.join(", ")}: fleet restart takes what changed`;
}
