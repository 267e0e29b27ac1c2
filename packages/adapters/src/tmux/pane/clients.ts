import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FleetError, messageOf } from "@fleetbus/core";
import { programEnvironment } from "../../program/environment.ts";

/** A terminal that somebody sits at. */
export interface ClientFacts {
  /** The last key, in milliseconds since 1970, exact to the second. */
  readonly activeMs: number;
  /** The pane that it looks at, as `%3`. */
  readonly paneId: string;
}

const format = "#{client_control_mode} #{client_activity} #{pane_id}";

/**
 * The terminals attached to the server at `socket`, without programs in control mode: fleet's own connections are no
 * person. No server is no clients; rejects with `failed` when tmux cannot run.
 */
export async function listClients(
  socket: string,
  signal: AbortSignal,
  command = "tmux",
): Promise<readonly ClientFacts[]> {
  try {
    const args = ["-u", "-S", socket, "list-clients", "-F", format];
    const { stdout } = await promisify(execFile)(command, args, { env: programEnvironment, signal });
    return stdout.split("\n").flatMap(clientOf);
  } catch (error) {
    signal.throwIfAborted();
    if (/no server running|error connecting|no sessions/.test(messageOf(error))) return [];
    throw new FleetError("failed", `listing the clients at ${socket}: ${messageOf(error)}`, { cause: error });
  }
}

function clientOf(line: string): readonly ClientFacts[] {
  const [isControl, activity = "", paneId = ""] = line.split(" ");
  return isControl === "0" && paneId !== "" ? [{ activeMs: Number(activity) * 1000, paneId }] : [];
}
