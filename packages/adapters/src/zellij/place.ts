import { basename, dirname } from "node:path";
import type { Pane } from "@fleetbus/core";

/** A terminal pane of zellij, as `zellij --session` and `--pane-id` take it. */
export interface ZellijPlace {
  /** What `ZELLIJ_SOCKET_DIR` is for the session's server. */
  readonly socketDir: string;
  readonly session: string;
  /** Its number among the session's terminals: `ZELLIJ_PANE_ID`. */
  readonly paneId: number;
}

/** Where a pane is; undefined for another multiplexer's, or where it cannot be safely called by its name. */
export function zellijPlace(pane: Pane | undefined): ZellijPlace | undefined {
  if (pane?.mux !== "zellij" || !/^\d{1,9}$/.test(pane.id) || !pane.socket.startsWith("/")) return undefined;
  const session = basename(pane.socket);
  if (session === "" || session.startsWith("-")) return undefined;
  return { socketDir: dirname(pane.socket), session, paneId: Number(pane.id) };
}
