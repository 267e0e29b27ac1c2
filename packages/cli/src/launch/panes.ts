/** A pane of the tmux server that a launch looks at. */
export interface LaunchPane {
  readonly id: string;
  /** Of the program that was started in it. */
  readonly pid: number;
  /** It ended, and tmux keeps its pane (remain-on-exit). */
  readonly isDead: boolean;
  /** tmux's own id of the session that shows it, as `$3`. */
  readonly session: string;
  readonly sessionName: string;
  readonly window: string;
  /** The crew that the session was made for. */
  readonly crew: string | undefined;
  /** What a launch started in it; undefined for everybody else's. */
  readonly mark: Mark | undefined;
}

/** Written on a pane that a launch opened (the pane's user option). */
export interface Mark {
  readonly crew: string;
  readonly name: string;
  readonly cli: string;
}

/** The user options by which tmux says what is fleet's: of the session, and of the pane. */
export const options = { session: "@fleet-launch", pane: "@fleet-launch-pane" } as const;

/** What `tmux list-panes -F` is asked for. No session name holds a colon. */
export const paneFormat = `#{pane_id} #{pane_pid} #{pane_dead} #{session_id} [#{${options.session}}] [#{${options.pane}}] #{session_name}:#{window_name}`;

const LINE = /^(%\d+) (\d+) ([01]) (\$\d+) \[([^\]]*)\] \[([^\]]*)\] ([^:]*):(.*)$/;

/** The panes of its answer; a window that several sessions show comes once. Lines of another form are nobody's. */
export function readPanes(answer: string): readonly LaunchPane[] {
  const panes = answer.split("\n").flatMap((line) => {
    const found = LINE.exec(line);
    if (found === null) return [];
    const [, id = "", pid, dead, session = "", crew, mark = "", sessionName = "", window = ""] = found;
    const isDead = dead === "1";
    return [
      {
        id,
        pid: Number(pid),
        isDead,
        session,
        sessionName,
        window,
        crew: crew || undefined,
        mark: readMark(mark),
      },
    ];
  });
  return [...new Map(panes.map((pane) => [pane.id, pane])).values()];
}

/** A mark as tmux keeps it. */
export function writeMark({ crew, name, cli }: Mark): string {
  return `${crew}:${name}:${cli}`;
}

function readMark(text: string): Mark | undefined {
  const [crew, name, cli, more] = text.split(":");
  const isWhole = crew && name && cli && more === undefined;
  return isWhole ? { crew, name, cli } : undefined;
}
