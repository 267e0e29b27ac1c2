import type { Caller, Identity } from "@fleetbus/core/api";
import type { SessionRecord } from "@fleetbus/core";
import { lineage, type ProcessTable } from "./process.ts";

/** What the daemon knows when it is asked who somebody is. */
export interface AttestWorld {
  readonly machine: string;
  readonly processes: ProcessTable;
  /** This machine's live sessions. */
  live(): readonly SessionRecord[];
}

/**
 * Who a caller is (DESIGN §5 Sender): the session whose CLI is among its ancestors; else the one whose pane it stands
 * in; else the one it names itself, which takes power from it and gives none; else `me`, a human only with a terminal.
 * Under one Unix user this is attestation, not a boundary (DESIGN §1.5).
 */
export async function attest(caller: Caller, world: AttestWorld): Promise<Identity> {
  const parents = await lineage(world.processes, caller.pid);
  const pids = new Set(parents.map((each) => each.pid));
  const live = world.live();
  const agent = (record: SessionRecord, attestedBy: string): Identity => {
    return { machine: world.machine, session: record.name, origin: "agent", attestedBy };
  };
  const byTree = live.find((record) => record.pid !== undefined && pids.has(record.pid));
  if (byTree) return agent(byTree, "process tree");
  const byPane = live.find((record) => isInPane(record, caller));
  if (byPane) return agent(byPane, "pane");
  const claimed = live.find((record) => isClaimed(record, caller));
  if (claimed) return agent(claimed, "claimed");
  const isHuman = parents[0]?.hasTerminal === true;
  return {
    machine: world.machine,
    session: "me",
    origin: isHuman ? "human" : "agent",
    attestedBy: isHuman ? "terminal" : "nothing",
  };
}

function isInPane(record: SessionRecord, caller: Caller): boolean {
  if (record.pane === undefined || caller.pane === undefined || caller.tmux === undefined) return false;
  return record.pane.id === caller.pane && record.pane.socket === caller.tmux.split(",")[0];
}

function isClaimed(record: SessionRecord, caller: Caller): boolean {
  if (caller.cliSession !== undefined) return record.cliSession === caller.cliSession;
  return caller.session !== undefined && record.name === caller.session;
}
