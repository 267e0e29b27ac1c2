import type { DurableName } from "./consumer.ts";

/** What this process knows of one durable consumer beside what the server does. */
export interface Durable {
  /** Stream sequences that were delivered to this process and are not settled. */
  readonly held: Set<number>;
  /** Those of them that could not be given back: nobody works on them, and `reclaim` brings them back. */
  readonly givenUp: Set<number>;
  /** The highest sequence that was delivered here, or acknowledged before. */
  highest: number;
  /** Set before this bus removes it: who consumes it ends then, instead of making it again. */
  isRemoved: boolean;
  /** The server may have sent what never arrived, or not heard what was given back. */
  isSuspect: boolean;
}

/** The durable consumers that this process uses. */
export interface Durables {
  of(name: DurableName): Durable;
  forget(name: DurableName): void;
}

/** None yet. */
export function noDurables(): Durables {
  const all = new Map<string, Durable>();
  const idOf = ({ stream, consumer }: DurableName) => `${stream}.${consumer}`;
  return {
    of: (name) => {
      const known = all.get(idOf(name)) ?? {
        held: new Set(),
        givenUp: new Set(),
        highest: 0,
        isRemoved: false,
        isSuspect: false,
      };
      all.set(idOf(name), known);
      return known;
    },
    forget: (name) => void all.delete(idOf(name)),
  };
}

/** Notes a delivery. */
export function hold(durable: Durable, seq: number): void {
  durable.held.add(seq);
  durable.givenUp.delete(seq);
  durable.highest = Math.max(durable.highest, seq);
}

/** Notes that the server has taken a delivery back, or for good. */
export function letGo(durable: Durable, seq: number): void {
  durable.held.delete(seq);
  durable.givenUp.delete(seq);
}

/** Notes that the server did not say that it has a delivery back. Where its consumer is made again, it is not left out. */
export function giveUp(durable: Durable, seq: number): void {
  if (!durable.held.has(seq)) return;
  durable.givenUp.add(seq);
  durable.isSuspect = true;
}

/** Whether this process goes on with a delivery. */
export function isHeld({ held, givenUp }: Durable, seq: number): boolean {
  return held.has(seq) && !givenUp.has(seq);
}

/** Where a consumer that is made again has to begin, so that nothing unsettled is left out. */
export function resumeSeq(durable: Durable): number {
  return Math.min(durable.highest + 1, ...durable.held);
}
