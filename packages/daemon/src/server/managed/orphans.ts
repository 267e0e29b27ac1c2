import { FleetError, type Clock } from "@fleetbus/core";
import { holderOf } from "../../life/lock.ts";
import { serverFiles } from "./launch/config.ts";
import { endProcess, ownProcesses } from "./system/process.ts";

const graceMs = 5000;

/** Where a daemon's server and its lock are. */
export interface OrphanPlace {
  readonly serverDir: string;
  readonly lockFile: string;
}

/**
 * Ends the servers of this folder that a killed daemon left behind; resolves with how many. Rejects with `conflict` while
 * the process that holds the daemon's lock lives: it is starting, or it hangs, and the server is its own.
 */
export async function endOrphans({ serverDir, lockFile }: OrphanPlace, clock: Clock): Promise<number> {
  const files = serverFiles(serverDir);
  const pids = await ownProcesses(files);
  const holder = pids.length === 0 ? undefined : await holderOf(lockFile);
  if (holder !== undefined)
    throw new FleetError(
      "conflict",
      `ending the server: the daemon, pid ${holder}, lives and does not answer; end it first: kill -9 ${holder}`,
    );
  await Promise.all(pids.map((pid) => endProcess(pid, files, { clock, graceMs })));
  return pids.length;
}
