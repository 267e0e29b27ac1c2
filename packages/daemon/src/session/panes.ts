import { execa } from "execa";
import type { Clock, SessionRecord } from "@fleetbus/core";

/** A program a tmux server and minute is what it costs: a pane is mostly gone with its process, which is noticed in seconds. */
const lookEveryMs = 60_000;

/** What watching over panes needs. */
export interface PaneWatchDeps {
  readonly clock: Clock;
  live(): readonly SessionRecord[];
  /** The ids of all panes of a tmux server; undefined where nothing can be said. */
  panes(socket: string): Promise<ReadonlySet<string> | undefined>;
  /** Called once for each session whose pane is gone though its process is not. */
  onLost(record: SessionRecord, reason: string): void;
}

/**
 * Looks after the panes of sessions until the signal aborts: a CLI that outlives its window (Gemini ignores the hang-up)
 * is out of everybody's reach. Lost is who was missed at two looks in a row, within two minutes.
 */
export async function watchPanes(deps: PaneWatchDeps, signal: AbortSignal): Promise<void> {
  let missed: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    await deps.clock.sleep(lookEveryMs, signal).catch(() => undefined); // aborted: the loop ends
    if (!signal.aborted) missed = await look(deps, missed);
  }
}

/** Who was missed now, by name, process and pane. */
async function look(deps: PaneWatchDeps, missed: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const inPanes = deps.live().flatMap((record) => (record.pane?.mux === "tmux" ? [record] : []));
  const sockets = [...new Set(inPanes.map(({ pane }) => pane?.socket ?? ""))];
  const found = new Map(
    await Promise.all(sockets.map(async (socket) => [socket, await deps.panes(socket)] as const)),
  );
  const gone = inPanes.filter(({ pane }) => found.get(pane?.socket ?? "")?.has(pane?.id ?? "") === false);
  for (const record of gone)
    if (missed.has(keyOf(record))) deps.onLost(record, `pane ${record.pane?.id ?? ""} is gone`);
  return new Set(gone.map(keyOf));
}

function keyOf({ name, pid, pane }: SessionRecord): string {
  return `${name} ${pid ?? ""} ${pane?.socket ?? ""} ${pane?.id ?? ""}`;
}

/** Asks tmux. A server that is not there has no panes; one that does not answer says nothing. */
export async function tmuxPanes(socket: string): Promise<ReadonlySet<string> | undefined> {
  const argv = ["-S", socket, "list-panes", "-a", "-F", "#{pane_id}"];
  const { stdout, stderr, failed } = await execa("tmux", argv, { reject: false, timeout: 5000 });
  if (!failed) return new Set(stdout.split("\n").filter((line) => line !== ""));
  return /no server running|error connecting/u.test(stderr) ? new Set() : undefined;
}
