import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FleetError, messageOf } from "@fleetbus/core";
import { programEnvironment } from "../../program/environment.ts";
import { paneFormat, parsePane, type PaneFacts } from "./facts.ts";

/** The command that prints a line for each pane of a server. */
export const listCommand = `list-panes -a -F '${paneFormat}'`;

/** The panes of the server at `socket`, by one tmux process (4 ms). No server is no panes; rejects with `failed` when tmux cannot run. */
export async function listPanes(
  socket: string,
  signal: AbortSignal,
  command = "tmux",
): Promise<readonly PaneFacts[]> {
  try {
    const args = ["-u", "-S", socket, "list-panes", "-a", "-F", paneFormat];
    const { stdout } = await promisify(execFile)(command, args, { env: programEnvironment, signal });
    return parsePanes(stdout.split("\n"));
  } catch (error) {
    signal.throwIfAborted();
    if (/no server running|error connecting|no sessions/.test(messageOf(error))) return [];
    throw new FleetError("failed", `listing the panes at ${socket}: ${messageOf(error)}`, { cause: error });
  }
}

/** What `listCommand` printed. */
export function parsePanes(lines: readonly string[]): readonly PaneFacts[] {
  return lines.flatMap((line) => parsePane(line) ?? []);
}
