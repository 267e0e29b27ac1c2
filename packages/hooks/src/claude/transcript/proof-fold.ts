import type { TranscriptEntry, TranscriptFact, TranscriptRequest } from "./fact.ts";
import { heldMessages, type HeldMessages } from "./held.ts";
import { lineage, type Lineage } from "./lineage.ts";
import type { NonceFate, NonceProof } from "./proof.ts";

/** What became of the nonces of one transcript, while it grows. */
export interface ProofFold {
  /** Takes the next fact, in their order. Costs what the fact is long and what is still open, not what was read before. */
  take(fact: TranscriptFact): void;
  /** As it stands; changes with `take`. */
  readonly proofs: ReadonlyMap<string, NonceProof>;
}

/**
 * A fold of no facts. After Esc before the first output the CLI writes nothing: the fate stays `requested` until the next
 * prompt shows the fork. Whoever knows that the session is idle decides (`isShown`).
 */
export function proofFold(): ProofFold {
  const fold: Fold = {
    proofs: new Map(),
    open: new Set(),
    holders: new Map(),
    lineage: lineage(),
    held: heldMessages(),
    answeredAt: new Map(),
  };
  return {
    proofs: fold.proofs,
    take(fact) {
      if (fact.kind === "message") fold.held.learn(fact);
      else if (fact.kind === "request") takeRequest(fold, fact);
      else takeEntry(fold, fact);
    },
  };
}

const unknown: NonceProof = { fate: "recorded", requestedAt: [], isAnchored: false };

interface Fold {
  readonly proofs: Map<string, NonceProof>;
  /** Nonces whose account an entry can still change. */
  readonly open: Set<string>;
  /** The newest entry that brought each nonce. */
  readonly holders: Map<string, TranscriptEntry>;
  readonly lineage: Lineage;
  readonly held: HeldMessages;
  /** When the answer to each nonce stood in the transcript. */
  readonly answeredAt: Map<string, number>;
}

function put(fold: Fold, nonce: string, proof: NonceProof): void {
  fold.proofs.set(nonce, proof);
  if (proof.fate === "answered" && proof.isAnchored) fold.open.delete(nonce);
  else fold.open.add(nonce);
}

function takeRequest(fold: Fold, request: TranscriptRequest): void {
  fold.held.take(request);
  for (const nonce of fold.held.carried()) {
    const before = fold.proofs.get(nonce) ?? unknown;
    if (request.at > (fold.answeredAt.get(nonce) ?? Infinity) || !fold.held.holds(nonce)) continue;
    const fate = before.fate === "kept" || before.fate === "answered" ? before.fate : "requested";
    put(fold, nonce, { ...before, fate, requestedAt: [...before.requestedAt, request.at] });
  }
}

function takeEntry(fold: Fold, entry: TranscriptEntry): void {
  fold.lineage.add(entry.uuid, entry.parent);
  for (const nonce of entry.nonces) bring(fold, { nonce, entry });
  if (entry.role === "other") return;
  for (const nonce of fold.open) {
    const step = { nonce, proof: fold.proofs.get(nonce) ?? unknown, entry };
    const fate = nextFate(fold, step) ?? step.proof.fate;
    if (fate === "answered" && step.proof.fate !== fate) fold.answeredAt.set(nonce, entry.at);
    put(fold, nonce, { ...step.proof, fate, isAnchored: step.proof.isAnchored || isBelow(fold, step) });
  }
}

function bring(fold: Fold, { nonce, entry }: { nonce: string; entry: TranscriptEntry }): void {
  fold.holders.set(nonce, entry);
  const before = fold.proofs.get(nonce) ?? unknown;
  // Entries and requests are written through different queues: the request may stand first, and counts, or after its answer.
  const fate = before.fate === "rewound" ? "recorded" : before.fate;
  put(fold, nonce, { ...before, fate, isAnchored: false });
}

interface Step {
  readonly nonce: string;
  readonly proof: NonceProof;
  readonly entry: TranscriptEntry;
}

function nextFate(fold: Fold, step: Step): NonceFate | undefined {
  if (step.proof.fate === "answered") return undefined;
  switch (step.entry.role) {
    case "answer":
      return follows(fold, step) ? "answered" : undefined;
    case "failure":
    case "interruption":
      return follows(fold, step) ? "kept" : undefined;
    case "compaction":
      return "rewound";
    case "prompt":
      return forksBefore(fold, step) ? "rewound" : undefined;
    case "other":
      return undefined;
  }
}

/**
 * Whether an entry comes after the nonce: below its holder, or after a request that held it. A holder can stand on a
 * side branch (context of parallel tools), so descent alone is not enough; an answer older than the request is not its.
 */
function follows(fold: Fold, { nonce, proof, entry }: Step): boolean {
  const requestedAt = proof.requestedAt.at(-1);
  if (proof.fate !== "rewound" && requestedAt !== undefined && entry.at >= requestedAt) return true;
  const holder = fold.holders.get(nonce);
  return holder !== undefined && fold.lineage.isWithin(entry.parent, holder.uuid);
}

function isBelow(fold: Fold, { nonce, entry }: Step): boolean {
  const holder = fold.holders.get(nonce);
  if (entry.role !== "prompt" || holder === undefined) return false;
  return fold.lineage.isWithin(entry.parent, holder.uuid);
}

/** Whether a prompt hangs above the holder: the branch that held the nonce was left. */
function forksBefore(fold: Fold, { nonce, entry }: Step): boolean {
  const holder = fold.holders.get(nonce);
  if (holder === undefined || holder.uuid === entry.uuid || entry.parent === undefined) return false;
  return fold.lineage.isWithin(holder.parent, entry.parent);
}
