import { readCrew, readMark } from "./mark.ts";
import type { LaunchPane } from "./mux.ts";

/** The user options by which tmux says what is fleet's: of the session, and of the pane. */
export const options = { session: "@fleet-launch", pane: "@fleet-launch-pane" } as const;

/** What `tmux list-panes -F` is asked for. No session name holds a colon. */
export const paneFormat = `#{pane_id} #{pane_pid} #{pane_dead} #{session_id} [#{${options.session}}] [#{${options.pane}}] #{session_name}:#{window_name}`;

const LINE = /^(%\d+) (\d+) ([01]) (\$\d+) \[([^\]]*)\] \[([^\]]*)\] ([^:]*):(.*)$/;

/** The panes of its answer; a window that several sessions show comes once. Lines of another form are nobody's, marks of another fleet none. */
export function readPanes(answer: string, fleet: string): readonly LaunchPane[] {
  const panes = answer.split("\n").flatMap((line) => {
    const found = LINE.exec(line);
    if (found === null) return [];
    const [, id = "", pid, dead, session = "", crew = "", mark = "", sessionName = "", window = ""] = found;
    const isDead = dead === "1";
    return [
      {
        id,
        pid: Number(pid),
        isDead,
        session,
        sessionName,
        window,
        crew: readCrew(crew, fleet),
        mark: readMark(mark, fleet),
      },
    ];
  });
  return [...new Map(panes.map((pane) => [pane.id, pane])).values()];
}
