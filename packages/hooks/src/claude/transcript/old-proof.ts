import type { TranscriptEntry, TranscriptFact, TranscriptRequest } from "./fact.ts";

/**
 * What became of a nonce, as far as the transcript tells (DESIGN §5):
 * `recorded`   a hook returned it; no proof that the model got it
 * `requested`  a request to the model held it; nothing followed yet
 * `answered`   the model answered after it
 * `kept`       the turn ended without an answer (Esc, an API error), and the next request holds it again
 * `rewound`    the conversation forked off before it (Esc before output), or was compacted away: the model does not have it
 */
export type NonceFate = "recorded" | "requested" | "answered" | "kept" | "rewound";

/** The account of one nonce. */
export interface NonceProof {
  readonly fate: NonceFate;
  /** Requests that held it before the first answer, in milliseconds since 1970; empty where the CLI records no requests. */
  readonly requestedAt: readonly number[];
  /** It stands above the newest prompt: Esc before output, which takes a typed prompt and its context back, leaves it. */
  readonly isAnchored: boolean;
}

/**
 * Folds the facts of one transcript, in their order, into what became of each nonce; pure.
 * After Esc before the first output the CLI writes nothing: the fate stays `requested` until the next prompt shows the
 * fork. Whoever knows that the session is idle decides (`isShown`).
 */
export function foldProofs(facts: readonly TranscriptFact[]): ReadonlyMap<string, NonceProof> {
  const fold: Fold = {
    proofs: new Map(),
    holders: new Map(),
    parents: new Map(),
    carriers: new Map(),
    last: undefined,
  };
  for (const fact of facts) {
    if (fact.kind === "message") fold.carriers.set(fact.hash, fact.nonces);
    else if (fact.kind === "request") takeRequest(fold, fact);
    else takeEntry(fold, fact);
  }
  return fold.proofs;
}

/**
 * Whether the model got it. `hasEnded`: the session is idle and the transcript has been quiet for `transcriptQuietMs`;
 * then a request without an answer or mark was abandoned by Esc.
 */
export function isShown(
  proof: NonceProof | undefined,
  { hasEnded }: { readonly hasEnded: boolean },
): boolean {
  if (proof?.fate === "answered" || proof?.fate === "kept") return true;
  return proof?.fate === "requested" && (!hasEnded || proof.isAnchored);
}

/** Records appear in batches within about 110 ms of what they tell; after this long, all are there. Seen in 2.1.329. */
export const transcriptQuietMs = 250;

/** The uuids from the newest entry up to its root: the conversation as the next request holds it. */
export function liveChain(facts: readonly TranscriptFact[]): readonly string[] {
  const entries = facts.filter((fact) => fact.kind === "entry");
  const parents = new Map(entries.map((entry) => [entry.uuid, entry.parent]));
  return [...ancestry(entries.at(-1)?.uuid, parents)];
}

const unknown: NonceProof = { fate: "recorded", requestedAt: [], isAnchored: false };

interface Fold {
  readonly proofs: Map<string, NonceProof>;
  /** The newest entry that brought each nonce. */
  readonly holders: Map<string, TranscriptEntry>;
  readonly parents: Map<string, string | undefined>;
  /** Nonces by the hash of the message that holds them. */
  readonly carriers: Map<string, readonly string[]>;
  last: { readonly id: string; readonly hashes: readonly string[] } | undefined;
}

/** Requests with an unknown base (reading began after it) count for their tail alone. */
function takeRequest(fold: Fold, request: TranscriptRequest): void {
  const kept = fold.last?.id === request.base ? (fold.last?.hashes.slice(0, request.keep) ?? []) : [];
  const hashes = [...kept, ...request.tail];
  fold.last = { id: request.id, hashes };
  for (const nonce of new Set(hashes.flatMap((hash) => fold.carriers.get(hash) ?? []))) {
    const before = fold.proofs.get(nonce) ?? unknown;
    if (before.fate === "answered") continue;
    const fate = before.fate === "kept" ? "kept" : "requested";
    fold.proofs.set(nonce, { ...before, fate, requestedAt: [...before.requestedAt, request.at] });
  }
}

function takeEntry(fold: Fold, entry: TranscriptEntry): void {
  fold.parents.set(entry.uuid, entry.parent);
  for (const nonce of entry.nonces) bring(fold, { nonce, entry });
  for (const [nonce, proof] of fold.proofs) {
    const step = { nonce, proof, entry };
    const fate = nextFate(fold, step) ?? proof.fate;
    fold.proofs.set(nonce, { ...proof, fate, isAnchored: proof.isAnchored || isBelow(fold, step) });
  }
}

function bring(fold: Fold, { nonce, entry }: { nonce: string; entry: TranscriptEntry }): void {
  fold.holders.set(nonce, entry);
  const before = fold.proofs.get(nonce) ?? unknown;
  // Entries and requests are written through different queues: the request may stand first, and counts.
  const fate = before.fate === "rewound" ? "recorded" : before.fate;
  fold.proofs.set(nonce, { ...before, fate, isAnchored: false });
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
  return holder !== undefined && ancestry(entry.parent, fold.parents).has(holder.uuid);
}

function isBelow(fold: Fold, { nonce, entry }: Step): boolean {
  const holder = fold.holders.get(nonce);
  if (entry.role !== "prompt" || holder === undefined) return false;
  return ancestry(entry.parent, fold.parents).has(holder.uuid);
}

/** Whether a prompt hangs above the holder: the branch that held the nonce was left. */
function forksBefore(fold: Fold, { nonce, entry }: Step): boolean {
  const holder = fold.holders.get(nonce);
  if (holder === undefined || holder.uuid === entry.uuid || entry.parent === undefined) return false;
  return ancestry(holder.parent, fold.parents).has(entry.parent);
}

function ancestry(from: string | undefined, parents: ReadonlyMap<string, string | undefined>): Set<string> {
  const seen = new Set<string>();
  for (let uuid = from; uuid !== undefined && !seen.has(uuid); uuid = parents.get(uuid)) seen.add(uuid);
  return seen;
}
