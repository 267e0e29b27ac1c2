import { rungSchema, silenceOf, type Rung, type SessionRecord } from "@fleetbus/core";
import type { WakeStepView } from "@fleetbus/core/api";
import type { HumanRungs } from "./human.ts";
import { cellOf, ladderFor } from "./ladder.ts";
import type { Waiters } from "../waiters.ts";

/** What the user's settings say of messages from peers; undefined: nothing. */
export type CrossSession = "accept" | "hold" | "refuse" | undefined;

/** What a session's ladder depends on beside its record. */
export interface LadderFacts {
  readonly waiters: Pick<Waiters, "has">;
  readonly inbound: CrossSession;
  readonly human: HumanRungs;
  /** The connected adapters of this machine that take `wake.custom`. */
  readonly custom: readonly string[];
}

type Look = Omit<WakeStepView, "rung">;

/** The ladder of a session as it stands now, best rung first: what its CLI has (ladder.ts), and whether it is open. */
export function ladderOf(record: SessionRecord, facts: LadderFacts): readonly WakeStepView[] {
  const silence = silenceOf(record);
  // Only the socket goes by the mode, and the user's own word lifts it.
  const mode = facts.inbound === "accept" ? undefined : record.permissionMode;
  return ladderFor(record.cli, mode).map(({ rung, has, ...said }) => {
    const attempt = rungSchema.safeParse(rung).data;
    if (rung === "toast" || rung === "phone") return { rung, ...lookAtHuman(facts.human, rung) };
    if (attempt === undefined) return { rung, isReady: false, ...said };
    if (silence !== undefined) return { rung, ...no(silence.what, silence.way) };
    return has ? { rung, ...looks[attempt](record, facts) } : { rung, isReady: false, ...said };
  });
}

/** The rungs of a ladder that are tried, best first. */
export function attemptsOf(steps: readonly WakeStepView[]): readonly Rung[] {
  return steps.flatMap(({ rung, isReady }) => {
    const attempt = rungSchema.safeParse(rung).data;
    return isReady && attempt !== undefined ? [attempt] : [];
  });
}

/** Whether a rung that the CLI has is open at this moment. */
const looks: Readonly<Record<Rung, (record: SessionRecord, facts: LadderFacts) => Look>> = {
  continuation: ({ cli }) => no(cellOf("continuation", cli).why),
  rewake: ({ name }, { waiters }) => lookAtWaiter(waiters.has(name)),
  queue: lookAtThread,
  socket: lookAtSocket,
  tmux: lookAtPane,
  zellij: lookAtZellij,
  pty: lookAtWrap,
  custom: (_, { custom }) => lookAtCustom(custom),
};

function ready(why: string): Look {
  return { isReady: true, why };
}

function no(why: string, way?: string): Look {
  return { isReady: false, why, ...(way === undefined ? {} : { way }) };
}

function lookAtWaiter(isWaiting: boolean): Look {
  return isWaiting
    ? ready("its background hook is waiting")
    : no("no background hook is waiting; it starts with the session and at each turn's end");
}

/** Codex' hooks cannot tell its pane: one process serves them all. */
function lookAtThread({ cliSession }: SessionRecord): Look {
  return cliSession === undefined
    ? no("its thread is not known", "give it a first prompt")
    : ready("its thread takes prompts from codex queue");
}

/**
 * Claude takes messages from its peers unless the user said otherwise; in bypassPermissions it holds them behind a
 * dialog (HOOKS.md §1.7). Before its first prompt the mode is unknown: then not.
 */
function lookAtSocket({ messagingSocket, permissionMode }: SessionRecord, { inbound }: LadderFacts): Look {
  if (messagingSocket === undefined) return no("it has told of no messaging socket");
  if (inbound === "accept") return ready("crossSessionInbound is accept");
  if (inbound !== undefined) return no(`crossSessionInbound is ${inbound}, or the settings cannot be read`);
  if (permissionMode === undefined) return no("its permission mode is unknown until its first prompt");
  return ready(`it takes messages from peers in ${permissionMode}`);
}

function lookAtPane({ pane }: SessionRecord): Look {
  return pane?.mux === "tmux"
    ? ready(`it is in tmux pane ${pane.id}; typed only where that is safe`)
    : no("it is in no tmux pane", "start it in tmux");
}

function lookAtZellij({ pane }: SessionRecord): Look {
  return pane?.mux === "zellij"
    ? ready(`it is in pane ${pane.id} of ${pane.socket}; typed only where that is safe`)
    : no("it is in no zellij pane", "start it in zellij 0.44 or newer, or in tmux");
}

function lookAtWrap({ pty, hooked }: SessionRecord): Look {
  if (pty === undefined) return no("it was not started by fleet wrap", "start it by fleet wrap -- <command>");
  const holder = `fleet wrap (pid ${pty.pid}) holds its terminal; typed only where that is safe`;
  return ready(hooked ? holder : `${holder}, and only while it prints nothing: it has no hooks`);
}

function lookAtCustom(names: readonly string[]): Look {
  return names.length > 0
    ? ready(`${names.join(", ")} tries to wake it`)
    : no("no connected adapter of this machine takes wake.custom");
}

/** Nobody is woken by it: the human is told when all the others have failed. */
function lookAtHuman({ isOn, ...by }: HumanRungs, rung: "toast" | "phone"): Look {
  if (!isOn) return no("wake.tell_me is false");
  const names = by[rung];
  if (names.length > 0) return ready(`${names.join(", ")} tells you when nothing above wakes it`);
  return rung === "toast"
    ? no("no adapter of me.via shows toasts", 'put "desktop" into me.via')
    : no("no adapter of me.via reaches you elsewhere", "put one of docs/adapters into me.via");
}
