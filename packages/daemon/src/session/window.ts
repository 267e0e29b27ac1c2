import { execa } from "execa";
import type { Pane } from "@fleetbus/core";

/** A pane's window: its name, and whether tmux made it up. */
export interface WindowName {
  readonly name: string;
  readonly isAutomatic: boolean;
}

/** Asks tmux, once for a new session; undefined where it does not answer. */
export async function windowName(pane: Pane): Promise<WindowName | undefined> {
  if (pane.mux !== "tmux") return undefined;
  const format = "#{automatic-rename}\t#{window_name}";
  const argv = ["-S", pane.socket, "display-message", "-p", "-t", pane.id, format];
  const { stdout, failed } = await execa("tmux", argv, { reject: false, timeout: 500 });
  const [automatic, name] = stdout.split("\t");
  return failed || name === undefined ? undefined : { name, isAutomatic: automatic === "1" };
}
