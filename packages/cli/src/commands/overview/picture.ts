import type { DeadView, SessionView, StatusAnswer } from "@fleetbus/core/api";
import type { Api } from "../../daemon-client/api.ts";
import { renderTable } from "../../output/table.ts";
import { sessionColumns } from "../session/columns.ts";

/** What the overview shows, and prints as JSON. */
export interface Overview {
  readonly status: StatusAnswer;
  readonly sessions: readonly SessionView[];
  readonly dead: readonly DeadView[];
}

/** Asks for all of it. Without a server the dead letters cannot be read; their count is then the last one known. */
export async function readOverview(api: Api): Promise<Overview> {
  const [status, sessions] = await Promise.all([api.status(), api.sessions()]);
  const dead = status.dead > 0 && status.server.isConnected ? (await api.dead()).items : [];
  return { status, sessions: sessions.items, dead };
}

/** The line above the table. */
export function renderFacts({ status, sessions }: Overview): string {
  const mail = sessions.reduce((sum, session) => sum + session.inbox, 0);
  const facts = [
    `${status.machine} (${status.ns})`,
    status.server.isConnected ? undefined : `server ${status.server.url} is away`,
    status.isPaused ? "wakes are paused" : undefined,
    count(sessions.length, "session"),
    `${count(mail, "message")} waiting`,
    (status.me?.waiting ?? 0) > 0 ? `${status.me?.waiting} for you (fleet inbox)` : undefined,
    status.spool.pending > 0 ? `${status.spool.pending} in the spool` : undefined,
    status.dead > 0 ? `${count(status.dead, "dead letter")} (fleet dead)` : undefined,
  ];
  return facts.filter(Boolean).join(" · ");
}

/** All of it for people, at a time in milliseconds since 1970. */
export function renderOverview(overview: Overview, now: number): string {
  const { sessions } = overview;
  const table = sessions.length === 0 ? "" : `\n\n${renderTable(sessionColumns(now), sessions)}`;
  return renderFacts(overview) + table;
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}
