import { FleetError, type Receipt, type Stage } from "@fleetbus/core";
import type { PublishAnswer } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";

/** What became of a message by the end of a wait. */
export interface Followed {
  /** Every receipt that was seen, in order. */
  readonly receipts: readonly Receipt[];
  /** For each mailbox that is there, the receipt that says so. */
  readonly reached: readonly Receipt[];
  /** Mailboxes (`machine/session`) that are not. */
  readonly missing: readonly string[];
}

/** What to follow. */
export interface Following {
  readonly answer: PublishAnswer;
  readonly until: Stage;
  readonly timeoutMs: number;
  /** Each receipt but `stored`, with the milliseconds since that one. */
  tell(receipt: Receipt, sinceStoredMs: number): Promise<void>;
}

const order: readonly Stage[] = ["stored", "woken", "offered", "shown", "done", "replied"];
const ends: readonly Stage[] = ["expired", "refused", "cancelled", "dead"];
const retryMs = 200;
/** An answer may come a moment after the turn that read the question has ended. */
const graceMs = 5000;

/**
 * Reads receipts until every mailbox is at the stage or at an end, or the time is over; survives a daemon that restarts.
 * Who waits for a reply waits only a few seconds more once every turn that read the question has ended without one.
 */
export async function followStages(following: Following, context: Context): Promise<Followed> {
  const { clock, signal } = context.world;
  let deadline = clock.monotonic() + following.timeoutMs;
  let isGrace = false;
  const seen = new Map<string, Receipt>();
  for (;;) {
    const timeoutMs = Math.ceil(deadline - clock.monotonic());
    if (timeoutMs <= 0 || isSettled(following, seen)) return summary(following, seen);
    await readOnce(following, { seen, timeoutMs, isGrace }, context);
    if (!isGrace && hasNoReply(following, seen)) {
      isGrace = true;
      deadline = Math.min(deadline, clock.monotonic() + graceMs);
    }
    if (!isSettled(following, seen) && clock.monotonic() + retryMs < deadline)
      await clock.sleep(retryMs, signal);
    else return summary(following, seen);
  }
}

interface Reading {
  readonly seen: Map<string, Receipt>;
  readonly timeoutMs: number;
  readonly isGrace: boolean;
}

/** A lost connection only ends this reading: the next one gets all receipts again. */
async function readOnce(
  following: Following,
  { seen, timeoutMs, isGrace }: Reading,
  context: Context,
): Promise<void> {
  const { answer, until, tell } = following;
  // The daemon ends a stream at the first mailbox that is there; a broadcast goes on.
  const query = { until: answer.to.length > 1 ? ("none" as const) : until, timeoutMs };
  try {
    for await (const receipt of context.api().receipts(answer.id, query)) {
      const key = `${addressOf(receipt)} ${receipt.stage} ${receipt.time}`;
      if (seen.has(key)) continue;
      seen.set(key, receipt);
      if (receipt.stage !== "stored") await tell(receipt, sinceStored(receipt, [...seen.values()]));
      if (isSettled(following, seen) || (!isGrace && hasNoReply(following, seen))) return;
    }
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== "unavailable" || context.world.signal.aborted)
      throw error;
  }
}

/** A message that went to several mailboxes was stored for each; a receipt that came without its `stored` counts from itself. */
function sinceStored(receipt: Receipt, seen: readonly Receipt[]): number {
  const own = seen.find((each) => each.stage === "stored" && addressOf(each) === addressOf(receipt));
  const stored = own ?? seen.find((each) => each.stage === "stored") ?? receipt;
  return Math.max(0, Date.parse(receipt.time) - Date.parse(stored.time));
}

function isSettled({ answer, until }: Following, seen: ReadonlyMap<string, Receipt>): boolean {
  return answer.to.every((address) => settling([...seen.values()], address, until) !== undefined);
}

/** Where a reply is waited for: each mailbox is at an end, or the turn that read the message ended and sent none. */
function hasNoReply(following: Following, seen: ReadonlyMap<string, Receipt>): boolean {
  const { answer, until } = following;
  const receipts = [...seen.values()];
  const isOver = (address: string) =>
    settling(receipts, address, until) !== undefined ||
    receipts.some((each) => addressOf(each) === address && isTurnEnd(each));
  return until === "replied" && !isSettled(following, seen) && answer.to.every(isOver);
}

/** An acknowledgement in the middle of a turn, or by a human, has no outcome: the reply may come long after it. */
export function isTurnEnd({ stage, outcome }: Receipt): boolean {
  return stage === "done" && outcome !== undefined;
}

function settling(receipts: readonly Receipt[], address: string, until: Stage): Receipt | undefined {
  return receipts.find(
    (each) => addressOf(each) === address && (isAt(each.stage, until) || ends.includes(each.stage)),
  );
}

function isAt(stage: Stage, until: Stage): boolean {
  return order.includes(stage) && order.indexOf(stage) >= order.indexOf(until);
}

function summary({ answer, until }: Following, seen: ReadonlyMap<string, Receipt>): Followed {
  const receipts = [...seen.values()];
  const reached = answer.to.flatMap((address) => {
    const receipt = settling(receipts, address, until);
    return receipt !== undefined && isAt(receipt.stage, until) ? [receipt] : [];
  });
  const there = reached.map(addressOf);
  return { receipts, reached, missing: answer.to.filter((address) => !there.includes(address)) };
}

function addressOf({ to }: Receipt): string {
  return `${to.machine}/${to.session}`;
}
