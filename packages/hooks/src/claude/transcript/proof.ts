import type { TranscriptFact } from "./fact.ts";
import { proofFold } from "./proof-fold.ts";

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

/** Folds the facts of one transcript, in their order, into what became of each nonce; pure. See `proofFold`. */
export function foldProofs(facts: readonly TranscriptFact[]): ReadonlyMap<string, NonceProof> {
  const fold = proofFold();
  for (const fact of facts) fold.take(fact);
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
  const chain = new Set<string>();
  for (let uuid = entries.at(-1)?.uuid; uuid !== undefined && !chain.has(uuid); uuid = parents.get(uuid))
    chain.add(uuid);
  return [...chain];
}
