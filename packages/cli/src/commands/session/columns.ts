import type { SessionView } from "@fleetbus/core/api";
import { formatDuration } from "../../command/duration.ts";
import type { Column } from "../../output/table.ts";

/** The columns of a list of sessions, at a time in milliseconds since 1970. */
export function sessionColumns(now: number): readonly Column<SessionView>[] {
  return [
    { title: "SESSION", show: (session) => `${session.machine}/${session.name}` },
    { title: "CLI", show: (session) => session.cli },
    { title: "STATE", show: (session) => stateOf(session) },
    { title: "SINCE", show: (session) => formatDuration(Math.max(0, now - Date.parse(session.stateSince))) },
    { title: "MAIL", show: (session) => session.inbox || undefined },
    { title: "FOLDER", show: (session) => session.cwd },
    { title: "NOTE", show: noteOf },
  ];
}

function noteOf({ drift, advice, isPaused }: SessionView): string | undefined {
  if (drift !== undefined) return "its hooks are silent: fleet doctor";
  return advice ?? (isPaused ? "paused" : undefined);
}

/** `busy (Bash)`, `parked until …`, `idle`. */
export function stateOf(session: Pick<SessionView, "state" | "tool" | "parkedUntil">): string {
  if (session.state === "busy" && session.tool !== undefined) return `busy (${session.tool})`;
  if (session.state === "parked" && session.parkedUntil !== undefined)
    return `parked until ${session.parkedUntil}`;
  return session.state;
}
