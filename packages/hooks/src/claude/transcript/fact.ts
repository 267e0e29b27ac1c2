/** A record of the conversation: it has a place in the tree that parents make. */
export interface TranscriptEntry {
  readonly kind: "entry";
  readonly type: "user" | "assistant" | "attachment" | "system";
  readonly uuid: string;
  /** Undefined at a root: the first record, or the first after a compaction. */
  readonly parent: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Nonces that this record brings into the conversation; an assistant's own words bring none. */
  readonly nonces: readonly string[];
  readonly role: EntryRole;
}

/**
 * What a record means for proof: `prompt` a new prompt, `interruption` the mark of Esc, `answer` words or calls of the
 * model, `failure` an API error in the model's place, `compaction` the start of a new context, `other` the rest.
 */
export type EntryRole = "prompt" | "interruption" | "answer" | "failure" | "compaction" | "other";

/** A message that holds nonces, by the hash with which requests refer to it. */
export interface TranscriptMessage {
  readonly kind: "message";
  readonly hash: string;
  readonly nonces: readonly string[];
}

/** A request of the main conversation to the model, written when it is sent: it proves sending, not an answer. */
export interface TranscriptRequest {
  readonly kind: "request";
  readonly id: string;
  /** The earlier request of which it takes the first `keep` messages; `tail` follows them. */
  readonly base: string | undefined;
  readonly keep: number;
  readonly tail: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a transcript says that bears on proof (docs/claude-code.md, "Transcript"). */
export type TranscriptFact = TranscriptEntry | TranscriptMessage | TranscriptRequest;
