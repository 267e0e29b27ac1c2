import type { Context } from "../../command/context.ts";
import type { Mark } from "./mark.ts";
import type { MuxName } from "./names.ts";
import { launchTmux } from "./tmux.ts";
import { launchZellij } from "./zellij.ts";

/** What is started in a pane. */
export interface Start {
  readonly argv: readonly string[];
  readonly dir: string;
  readonly mark: Mark;
}

/** A pane that a launch looks at. */
export interface LaunchPane {
  /** As a session's record names it. */
  readonly id: string;
  /** Of the program that was started in it; undefined where the multiplexer does not tell. */
  readonly pid: number | undefined;
  /** It ended, and its pane is kept. */
  readonly isDead: boolean;
  /** The multiplexer's own id of the session that shows it. */
  readonly session: string;
  readonly sessionName: string;
  readonly window: string;
  /** The crew that the session was made for. */
  readonly crew: string | undefined;
  /** What a launch started in it; undefined for everybody else's. */
  readonly mark: Mark | undefined;
}

/** The multiplexer of whoever launches, as one crew needs it. */
export interface LaunchMux {
  readonly name: MuxName;
  /** Every pane that may be the crew's or in its way; none where no server runs. Throws `unavailable` without the program. */
  panes(): Promise<readonly LaunchPane[]>;
  /** Where the records of sessions in these panes say that they are. */
  socket(): Promise<string>;
  /** Opens a window, in a session made for it where none is given; gives the pane's id. Nothing is ever there without its mark. */
  open(start: Start, session: string | undefined): Promise<string>;
  /** Starts again where a program ended; gives the pane's id. */
  refill(pane: string, start: Start): Promise<string>;
  /** To be called when all are opened: what came along with a new session is closed. */
  opened(): Promise<void>;
  /** The text that a pane shows, empty where it is gone. */
  screen(pane: string): Promise<string>;
  /** Closes a pane; one that is gone is no error. */
  close(pane: string): Promise<void>;
  /** To be called when all of the crew's are closed: what is kept of a session of its own is forgotten. */
  closed(): Promise<void>;
  /** What a person types to sit down in a session. */
  attachLine(sessionName: string): string;
  /** What a person types to take a name out of the way. */
  renameLine(pane: LaunchPane): string;
}

/** The multiplexer that was asked for, for a crew of that name. */
export function launchMux(name: MuxName, prefix: string, context: Context): LaunchMux {
  return name === "tmux" ? launchTmux(prefix, context) : launchZellij(prefix, context);
}
