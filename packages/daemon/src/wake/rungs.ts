import { isTypedInto } from "@fleetbus/adapters";
import type { Rung, SessionRecord } from "@fleetbus/core";
import { silenceOf } from "./silence.ts";
import type { Waiters } from "./waiters.ts";

/** The ladder of each CLI, best rung first (DESIGN §6, HOOKS.md §0). The continuation is a hook's answer and needs no attempt. */
const ladders: Readonly<Record<string, readonly Rung[]>> = {
  claude: ["rewake", "socket", "tmux"],
  codex: ["queue"],
  demo: ["rewake", "tmux"],
};
const otherCli: readonly Rung[] = ["tmux"];

/** What the user's settings say of messages from peers; undefined: nothing. */
export type CrossSession = "accept" | "hold" | "refuse" | undefined;

/** One rung of a session's ladder: whether it could be tried now, and why. */
export interface Step {
  readonly rung: Rung;
  readonly isReady: boolean;
  readonly why: string;
}

/** The ladder of a session as it stands now, best rung first. */
export function ladderOf(record: SessionRecord, waiters: Waiters, inbound: CrossSession): readonly Step[] {
  const looks: Readonly<Record<Rung, () => Omit<Step, "rung">>> = {
    continuation: () => ({ isReady: false, why: "it is the answer of a turn's end, and no attempt" }),
    rewake: () => lookAtWaiter(waiters.has(record.name)),
    queue: () => lookAtThread(record),
    socket: () => lookAtSocket(record, inbound),
    tmux: () => lookAtPane(record),
  };
  const ladder = (Object.hasOwn(ladders, record.cli) ? ladders[record.cli] : undefined) ?? otherCli;
  const silence = silenceOf(record);
  if (silence !== undefined) return ladder.map((rung) => ({ rung, isReady: false, why: silence }));
  return ladder.map((rung) => ({ rung, ...looks[rung]() }));
}

function lookAtWaiter(isWaiting: boolean): Omit<Step, "rung"> {
  return isWaiting
    ? { isReady: true, why: "its background hook is waiting" }
    : {
        isReady: false,
        why: "no background hook is waiting; it starts with the session and at each turn's end",
      };
}

/** Codex' hooks cannot tell its pane: one process serves them all. */
function lookAtThread({ cliSession }: SessionRecord): Omit<Step, "rung"> {
  return cliSession === undefined
    ? { isReady: false, why: "its thread is not known" }
    : { isReady: true, why: "its thread takes prompts from codex queue" };
}

/**
 * Claude takes messages from its peers unless the user said otherwise; in bypassPermissions it holds them behind a
 * dialog (HOOKS.md §1.7). Before its first prompt the mode is unknown: then not.
 */
function lookAtSocket(
  { messagingSocket, permissionMode }: SessionRecord,
  inbound: CrossSession,
): Omit<Step, "rung"> {
  const no = (why: string) => ({ isReady: false, why });
  if (messagingSocket === undefined) return no("it has told of no messaging socket");
  if (inbound === "accept") return { isReady: true, why: "crossSessionInbound is accept" };
  if (inbound !== undefined) return no(`crossSessionInbound is ${inbound}, or the settings cannot be read`);
  if (permissionMode === undefined) return no("its permission mode is unknown until its first prompt");
  return permissionMode === "bypassPermissions"
    ? no("in bypassPermissions it would ask you in a dialog, unless you set crossSessionInbound to accept")
    : { isReady: true, why: `it takes messages from peers in ${permissionMode}` };
}

function lookAtPane({ pane, cli }: SessionRecord): Omit<Step, "rung"> {
  if (pane?.mux !== "tmux") return { isReady: false, why: "it is in no tmux pane" };
  return isTypedInto(cli)
    ? { isReady: true, why: `it is in tmux pane ${pane.id}; typed only where that is safe` }
    : {
        isReady: false,
        why: `fleet does not know how ${cli}'s composer looks, so nothing is typed into pane ${pane.id}`,
      };
}
