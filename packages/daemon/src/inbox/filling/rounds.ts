import type { Mailbox } from "../mailbox.ts";

/** What a round does with a mailbox. */
export type Refillable = Pick<Mailbox, "refill">;

/** Refills of many mailboxes, for which nobody waits. */
export interface Rounds {
  /** What lies at `upTo` is fetched for each of them; those that are still to come get it with what came before. */
  add(mailboxes: Iterable<Refillable>, upTo?: number): void;
}

/** A thousand fetches at once take the server's whole attention, and each costs memory while it waits. */
const width = 32;

/** Rounds with at most 32 fetches under way: a burst of broadcasts costs a mailbox few fetches instead of one each. */
export function rounds(): Rounds {
  const waiting = new Map<Refillable, number>();
  let walkers = 0;
  const walk = async () => {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const [mailbox, upTo] = next;
      waiting.delete(mailbox);
      await mailbox.refill(upTo);
    }
    walkers -= 1;
  };
  return {
    add: (mailboxes, upTo = 0) => {
      for (const mailbox of mailboxes) waiting.set(mailbox, Math.max(upTo, waiting.get(mailbox) ?? 0));
      for (let idle = Math.min(width, waiting.size) - walkers; idle > 0; idle -= 1) {
        walkers += 1;
        void walk();
      }
    },
  };
}
