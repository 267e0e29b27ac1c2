import type { Caller, Identity } from "@fleetbus/core/api";
import type { SessionRecord } from "@fleetbus/core";
import { lineage, type ProcessTable } from "./process.ts";
import type { Registry } from "./registry.ts";

/** What the daemon knows when it is asked who somebody is. */
export interface AttestWorld {
  readonly machine: string;
  readonly processes: ProcessTable;
  /** This machine's sessions. */
  readonly registry: Pick<Registry, "live" | "liveAmong">;
}

/**
 * Who a caller is (DESIGN §5 Sender): the session whose CLI is among its ancestors; else the one whose pane it stands
 * in; else the one it names itself, which takes power from it and gives none; else `me`, a human only with a terminal.
 * Under one Unix user this is attestation, not a boundary (DESIGN §1.5).
 */
export async function attest(caller: Caller, world: AttestWorld): Promise<Identity> {
  const parents = await lineage(world.processes, caller.pid);
  const agent = (record: SessionRecord, attestedBy: string): Identity => {
    return { machine: world.machine, session: record.name, origin: "agent", attestedBy };
  };
  const byTree = world.registry.liveAmong(parents.map(({ pid }) => pid));
  if (byTree) return agent(byTree, "process tree");
  const byPane = inPane(world, caller);
  if (byPane) return agent(byPane, "pane");
  const claimed = claimedBy(world, caller);
  if (claimed) return agent(claimed, "claimed");
  const isHuman = parents[0]?.hasTerminal === true;
  return {
    machine: world.machine,
    session: "me",
    origin: isHuman ? "human" : "agent",
    attestedBy: isHuman ? "terminal" : "nothing",
  };
}

function inPane({ registry }: AttestWorld, { pane, tmux }: Caller): SessionRecord | undefined {
  if (pane === undefined || tmux === undefined) return undefined;
  const [socket] = tmux.split(",");
  return registry.live().find((record) => record.pane?.id === pane && record.pane.socket === socket);
}

function claimedBy({ registry }: AttestWorld, { cliSession, session }: Caller): SessionRecord | undefined {
  if (cliSession !== undefined) return registry.live().find((record) => record.cliSession === cliSession);
  return session === undefined ? undefined : registry.live().find((record) => record.name === session);
}
