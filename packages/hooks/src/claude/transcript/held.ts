import type { TranscriptMessage, TranscriptRequest } from "./fact.ts";

/** The messages of the newest request, and which of them hold nonces. */
export interface HeldMessages {
  learn(message: TranscriptMessage): void;
  /** Takes what a request changes of the one before. One with an unknown base (reading began after it) counts for its tail alone. */
  take(request: TranscriptRequest): void;
  /** The nonces that any message ever held. */
  carried(): IterableIterator<string>;
  /** Whether the newest request holds it. */
  holds(nonce: string): boolean;
}

/** Of a transcript of which nothing was read. */
export function heldMessages(): HeldMessages {
  const carriers = new Map<string, Set<string>>();
  const hashes: string[] = [];
  const counts = new Map<string, number>();
  let lastId: string | undefined;
  const count = (hash: string, by: number) => counts.set(hash, (counts.get(hash) ?? 0) + by);
  return {
    learn({ hash, nonces }) {
      for (const nonce of nonces) carriers.set(nonce, (carriers.get(nonce) ?? new Set()).add(hash));
    },
    take({ id, base, keep, tail }) {
      const kept = lastId === base ? Math.min(keep, hashes.length) : 0;
      for (const hash of hashes.splice(kept)) count(hash, -1);
      for (const hash of tail) hashes.push(hash);
      for (const hash of tail) count(hash, 1);
      lastId = id;
    },
    carried: () => carriers.keys(),
    holds: (nonce) => [...(carriers.get(nonce) ?? [])].some((hash) => (counts.get(hash) ?? 0) > 0),
  };
}
