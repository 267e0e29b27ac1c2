import type { Budget } from "../wake/budget.ts";

/** What one sender may say to one mailbox. */
export interface PairGuard {
  /** Counts a message once: what comes again under its id, because an answer was lost, is let through as it was before. */
  admits(pair: string, id: string): boolean;
}

const maxKnown = 10_000;

/** A guard that counts in `spent`. */
export function pairGuard(spent: Budget): PairGuard {
  const known = new Set<string>();
  return {
    admits: (pair, id) => {
      const key = `${pair} ${id}`;
      if (known.has(key)) return true;
      if (!spent.has(pair)) return false;
      spent.spend(pair);
      known.add(key);
      const [oldest] = known;
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
      return true;
    },
  };
}
