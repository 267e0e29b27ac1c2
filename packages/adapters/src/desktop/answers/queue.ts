import { unlessAborted } from "@fleetbus/core";
import { settlement } from "../../waiting/settlement.ts";

/** What somebody picked on a toast. */
export interface Picked {
  /** The same for the same pick. */
  readonly id: string;
  readonly token: string;
}

/** Picks that nobody has heard of yet, oldest first. */
export interface Picks {
  push(picked: Picked): void;
  /** The oldest one, once there is one; it stays until it is done with. Rejects with the signal's reason. */
  first(signal: AbortSignal): Promise<Picked>;
  done(picked: Picked): void;
}

/** So many wait while nobody listens; the oldest go first. */
const maxWaiting = 50;

/** An empty queue. */
export function picksOf(): Picks {
  const waiting: Picked[] = [];
  let arrival = settlement<void>();
  return {
    push: (picked) => {
      waiting.push(picked);
      if (waiting.length > maxWaiting) waiting.shift();
      arrival.settle();
      arrival = settlement();
    },
    first: async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const [oldest] = waiting;
        if (oldest !== undefined) return oldest;
        await unlessAborted(arrival.settled, signal);
      }
    },
    done: (picked) => {
      const at = waiting.indexOf(picked);
      if (at >= 0) waiting.splice(at, 1);
    },
  };
}
