import type { Rung, SessionRecord } from "@fleetbus/core";
import type { Waiters } from "./waiters.ts";

/** The ladder of each CLI, best rung first (DESIGN §6, HOOKS.md §0). The continuation is a hook's answer and needs no attempt. */
const ladders: Readonly<Record<string, readonly Rung[]>> = {
  claude: ["rewake", "socket", "tmux"],
  demo: ["rewake", "tmux"],
};
const otherCli: readonly Rung[] = ["tmux"];

/** What the user's settings say of messages from peers; undefined: nothing. */
export type CrossSession = "accept" | "hold" | "refuse" | undefined;

/** The rungs that a session has now. */
export function rungsOf(record: SessionRecord, waiters: Waiters, inbound: CrossSession): readonly Rung[] {
  const has: Readonly<Record<Rung, () => boolean>> = {
    continuation: () => false,
    rewake: () => waiters.has(record.name),
    socket: () => record.messagingSocket !== undefined && isSocketOpen(record, inbound),
    tmux: () => record.pane?.mux === "tmux",
  };
  const ladder = ladders[record.cli] ?? otherCli;
  return ladder.filter((rung) => has[rung]());
}

/**
 * Claude takes messages from its peers unless the user said otherwise; in bypassPermissions it holds them behind a
 * dialog (HOOKS.md §1.7). Before its first prompt the mode is unknown: then not.
 */
function isSocketOpen({ permissionMode }: SessionRecord, inbound: CrossSession): boolean {
  if (inbound === "accept") return true;
  if (inbound !== undefined || permissionMode === undefined) return false;
  return permissionMode !== "bypassPermissions";
}
