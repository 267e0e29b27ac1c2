import type { Clock, Presence, SessionRecord } from "@fleetbus/core";

/** A terminal that somebody sits at: where it looks, and its last key. */
export interface Terminal {
  readonly activeMs: number;
  readonly paneId: string;
}

/** How the human's traces are read. Both reject or resolve with nothing where there are none. */
export interface PresenceDeps {
  readonly clock: Pick<Clock, "now">;
  live(): readonly Pick<SessionRecord, "pane" | "pid">[];
  /** Those attached to the tmux server at a socket, without programs. */
  terminals(socket: string): Promise<readonly Terminal[]>;
  /** When something was last typed at the terminal of a process that runs in no multiplexer; undefined where it has none. */
  typedAt(pid: number): Promise<number | undefined>;
}

const recentMs = 2 * 60_000;

/**
 * Where the human is, by what they did within two minutes: a key in a tmux client that looks at `pane`, a key in any
 * client of a server that holds a live session, a key at the own terminal of a session outside of one. What cannot be
 * read is no trace. Never rejects.
 */
export async function presenceOf(deps: PresenceDeps, pane?: SessionRecord["pane"]): Promise<Presence> {
  const sessions = deps.live();
  const panes = [pane, ...sessions.map((each) => each.pane)].filter((each) => each?.mux === "tmux");
  const sockets = [...new Set(panes.flatMap((each) => each?.socket ?? []))];
  const isRecent = (ms: number) => Math.abs(deps.clock.now() - ms) < recentMs;
  const seen = await Promise.all(
    sockets.map(async (socket) => {
      const terminals = await deps.terminals(socket).catch(() => []); // no tmux: no trace
      return terminals.filter(({ activeMs }) => isRecent(activeMs)).map(({ paneId }) => ({ socket, paneId }));
    }),
  );
  const looked = seen.flat();
  if (looked.some(({ socket, paneId }) => socket === pane?.socket && paneId === pane.id)) return "watching";
  if (looked.length > 0) return "here";
  const bare = sessions.flatMap((each) => (each.pane === undefined ? (each.pid ?? []) : []));
  const typed = await Promise.all(bare.map((pid) => deps.typedAt(pid).catch(() => undefined))); // gone: no trace
  return typed.some((ms) => ms !== undefined && isRecent(ms)) ? "here" : "away";
}
