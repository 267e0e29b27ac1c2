import { existsSync } from "node:fs";
import type { Clock } from "@fleetbus/core";
import {
  isShown,
  proofFold,
  regularFileStat,
  watchTranscript,
  type NonceProof,
  type ProofFold,
} from "@fleetbus/hooks";
import { bell, type Bell } from "../life/bell.ts";
import type { Evidence, Sight } from "./proof.ts";

/** A transcript is let go when nobody has asked about it for this long. */
const idleMs = 15 * 60_000;

interface Following {
  fold: ProofFold;
  /** What the fold proves; undefined when there are new facts. */
  sight: Sight | undefined;
  /** It cannot be read: it proves nothing and disproves nothing. */
  isBroken: boolean;
  readonly change: Bell;
  readonly stop: AbortController;
  /** Resolves when nothing is read any more. */
  ended: Promise<void>;
  askedAt: number;
  isThere: boolean;
}

/** Evidence that holds files and timers. */
export interface FollowedEvidence extends Evidence {
  /** Follows nothing any more; whoever asks later is told what was known. */
  close(): Promise<void>;
}

/**
 * Proofs from the transcripts that CLIs keep (Claude Code, and whatever keeps one in its shape). A session whose
 * transcript does not exist has no such proof: then `shown` is inferred.
 */
export function evidenceOf(deps: {
  readonly clock: Clock;
  onError(error: unknown, doing: string): void;
}): FollowedEvidence {
  const followed = new Map<string, Following>();
  const closed = new AbortController();
  const follow = (path: string): Following => {
    const known = followed.get(path);
    if (known !== undefined) return Object.assign(known, { askedAt: deps.clock.monotonic() });
    dropIdle(followed, deps.clock.monotonic() - idleMs);
    const made = begin(path, deps);
    if (closed.signal.aborted) made.stop.abort();
    followed.set(path, made);
    return made;
  };
  return {
    look: (record) =>
      Promise.resolve(
        record.transcript === undefined ? undefined : sightOf(follow(record.transcript), record.transcript),
      ),
    hasLost: ({ transcript = "" }, nonce) =>
      followed.get(transcript)?.fold.proofs.get(nonce)?.fate === "rewound",
    forget: ({ transcript }) => {
      const known = transcript === undefined ? undefined : followed.get(transcript);
      if (transcript === undefined || known === undefined) return;
      // The next offer begins anew at the file's end: each one that is followed is looked at twice a second.
      followed.delete(transcript);
      known.stop.abort();
      known.change.ring();
    },
    change: async (record, signal) => {
      if (record.transcript === undefined) return untilAborted(signal);
      await follow(record.transcript).change.wait(signal);
    },
    close: async () => {
      closed.abort();
      for (const { stop } of followed.values()) stop.abort();
      await Promise.all([...followed.values()].map(({ ended }) => ended));
    },
  };
}

/** Follows from the file's end: what is offered from now on stands behind it. */
function begin(
  path: string,
  deps: { readonly clock: Clock; onError(error: unknown, doing: string): void },
): Following {
  const size = regularFileStat(path)?.size;
  const made: Following = {
    fold: proofFold(),
    sight: undefined,
    isBroken: false,
    change: bell(),
    stop: new AbortController(),
    ended: Promise.resolve(),
    askedAt: deps.clock.monotonic(),
    isThere: size !== undefined,
  };
  made.ended = collect(made, path, size ?? 0).catch((error: unknown) => {
    made.isBroken = true;
    made.change.ring();
    deps.onError(error, `reading ${path}`);
  });
  return made;
}

async function collect(following: Following, path: string, from: number): Promise<void> {
  for await (const batch of watchTranscript({ path, from, signal: following.stop.signal })) {
    following.isThere = true;
    if (batch.isReset) following.fold = proofFold();
    for (const fact of batch.facts) following.fold.take(fact);
    following.sight = undefined;
    following.change.ring();
  }
}

function sightOf(following: Following, path: string): Sight | undefined {
  following.isThere ||= existsSync(path);
  if (!following.isThere || following.isBroken) return undefined;
  following.sight ??= proven(following.fold);
  return following.sight;
}

function proven({ proofs }: ProofFold): Sight {
  const nonces = (holds: (proof: NonceProof) => boolean) =>
    new Set([...proofs].flatMap(([nonce, proof]) => (holds(proof) ? [nonce] : [])));
  return {
    requested: nonces(
      ({ fate, requestedAt }) =>
        fate === "answered" || ((fate === "requested" || fate === "kept") && requestedAt.length > 0),
    ),
    answered: nonces(({ fate }) => fate === "answered"),
    kept: nonces((proof) => proof.fate !== "answered" && isShown(proof, { hasEnded: true })),
  };
}

function dropIdle(followed: Map<string, Following>, before: number): void {
  for (const [path, following] of followed) {
    if (following.askedAt > before) continue;
    following.stop.abort();
    followed.delete(path);
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
