import { findNonces } from "@fleetbus/core";
import type { TranscriptFact } from "./transcript/fact.ts";
import { transcriptReader, type FindNonces } from "./transcript/reader.ts";
import { tailFile, type TailOptions } from "./transcript/tail.ts";

export type {
  EntryRole,
  TranscriptEntry,
  TranscriptFact,
  TranscriptMessage,
  TranscriptRequest,
} from "./transcript/fact.ts";
export {
  foldProofs,
  isShown,
  liveChain,
  transcriptQuietMs,
  type NonceFate,
  type NonceProof,
} from "./transcript/proof.ts";
export { proofFold, type ProofFold } from "./transcript/proof-fold.ts";
export { openRegularFile, readRegularFile, regularFileStat } from "../regular-file.ts";
export { transcriptReader, type FindNonces, type TranscriptReader } from "./transcript/reader.ts";

/** What a transcript said since the last batch. */
export interface TranscriptBatch {
  readonly facts: readonly TranscriptFact[];
  /** Where a later watch may go on; bytes. */
  readonly offset: number;
  /** The file was replaced: forget the facts so far, these begin at its start. */
  readonly isReset: boolean;
}

/** Whose transcript to watch, from where, and what counts as a nonce in it. */
export interface TranscriptOptions extends TailOptions {
  /** Finds fleet's tags unless given. */
  readonly find?: FindNonces;
}

/**
 * Follows a Claude Code transcript and gives what bears on proof (HOOKS.md §8, docs/claude-code.md). Waits for a file
 * that does not exist yet; ends when the signal aborts. Facts are small: no text is kept but the nonces in it.
 * A batch may be empty of facts; it still tells that the file was written. One consumer a call.
 */
export async function* watchTranscript(options: TranscriptOptions): AsyncGenerator<TranscriptBatch, void> {
  const find = options.find ?? findNonces;
  let reader = transcriptReader(find);
  for await (const { lines, offset, isReset } of tailFile(options)) {
    if (isReset) reader = transcriptReader(find);
    yield { facts: lines.flatMap((line) => reader.read(line)), offset, isReset };
  }
}
