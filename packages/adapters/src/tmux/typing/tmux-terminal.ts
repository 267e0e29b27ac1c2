import type { Clock } from "@fleetbus/core";
import type { Terminal } from "../../typing/terminal.ts";
import type { ControlClient } from "../control/connection.ts";
import { look } from "./look.ts";
import { paneWatch } from "./pane-watch.ts";

/** A pane, and the connection that it is reached over. */
export interface TmuxPane {
  readonly client: ControlClient;
  readonly clock: Clock;
  readonly paneId: string;
  readonly quietMs: number;
}

/** One pane of tmux; it is looked at and typed into over a connection that its owner closes. */
export function tmuxTerminal(pane: TmuxPane): Terminal {
  const watch = paneWatch(pane.client, pane.paneId, pane.clock);
  return {
    id: pane.paneId,
    look: (facts, signal) => look({ ...pane, facts }, signal),
    change: (ms, signal) => watch.change(ms, signal),
    close: () => watch.close(),
  };
}
