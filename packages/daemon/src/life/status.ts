import type { StatusAnswer } from "@fleetbus/core/api";
import type { Edge } from "../requests/edge.ts";
import type { Joined } from "./joining/join-bus.ts";

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
  const streams = await edge.bus.streams().catch(() => []);
  const problem = edge.host.problem() ?? restartProblem(edge.settings().forRestart);
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
      isManaged: managed !== undefined,
      ...about,
    },
    spool: { pending: edge.outbox.pending().length, bytes: edge.outbox.bytes(), torn: edge.outbox.torn },
    dead: streams.find((stream) => stream.name === "DEAD")?.messages ?? 0,
    sessions: edge.registry.live().length,
    isPaused: edge.pauses.isFleetPaused(),
    ...(problem === undefined ? {} : { configProblem: problem }),
  };
}

function restartProblem(keys: readonly string[]): string | undefined {
  return keys.length === 0 ? undefined : `${keys.join(", ")}: fleet restart takes what changed`;
}
