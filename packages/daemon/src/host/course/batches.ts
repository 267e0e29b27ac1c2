import type { Clock, SendReceipt } from "@fleetbus/core";
import type { BatchRecord } from "../effects/batch.ts";
import type { Effects } from "../effects/effects.ts";
import { digestsOf, type Digests } from "./digests.ts";
import { giveBack, type Item } from "./item.ts";

const againMs = 2000;

/** What collecting needs of one instance. */
export interface BatchDeps {
  readonly clock: Clock;
  readonly windowMs: number;
  readonly batch: BatchRecord;
  readonly effects: Pick<Effects, "find">;
  readonly unrecorded: Map<string, SendReceipt>;
  /** Settles what it is given, and never rejects. */
  send(items: readonly Item[]): Promise<void>;
}

/** Digests that a kill does not take apart: which events are in one is written down before it is sent. */
export interface Batches extends Digests {
  /**
   * To be called before the first event: what an earlier run was sending goes as one again, under the same id; where one
   * event of it is known to be sent, all are.
   */
  recall(): Promise<void>;
}

/** The batches of one instance. */
export function batchesOf(deps: BatchDeps): Batches {
  const { clock, windowMs } = deps;
  const send = (items: readonly Item[]) => sendBatch(deps, items);
  const next = digestsOf({ clock, windowMs, send });
  let recalled: readonly string[] = [];
  let again: Digests | undefined;
  return {
    recall: async () => {
      const ids = await deps.batch.read();
      const states = await Promise.all(ids.map(async (id) => (await deps.effects.find(id))?.state));
      const open = ids.filter((_, index) => states[index] !== "done" && states[index] !== "dead");
      if (open.length < ids.length) for (const id of open) deps.unrecorded.set(id, {});
      else recalled = ids;
      if (recalled.length > 0) again = digestsOf({ clock, windowMs, send, max: recalled.length });
    },
    add: (item) => (recalled.includes(item.event.id) ? (again ?? next) : next).add(item),
    waiting: () => next.waiting() + (again?.waiting() ?? 0),
    close: async () => {
      await Promise.all([next.close(), again?.close()]);
    },
  };
}

async function sendBatch({ batch, clock, send }: BatchDeps, items: readonly Item[]): Promise<void> {
  const inOrder = items.toSorted((a, b) => a.delivery.seq - b.delivery.seq);
  try {
    if (inOrder.length > 1) await batch.write(inOrder.map(({ event }) => event.id));
  } catch {
    // the server is away
    await Promise.all(inOrder.map(({ delivery }) => giveBack(delivery, clock, againMs)));
    return;
  }
  await send(inOrder);
}
