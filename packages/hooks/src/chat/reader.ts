import type { TokenUsage } from "@fleetbus/core";

/** The turn that is asked about. */
export interface ChatTurn {
  readonly promptId?: string | undefined;
  /** When its prompt was submitted, or of what happened since then it is asked, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/** The end of a CLI's file of a conversation. */
export interface ChatTail {
  /** Whole lines, the oldest first; a first one that was cut is not among them. */
  readonly lines: readonly string[];
  /** Nothing stands before them. */
  readonly isWhole: boolean;
}

/** A turn that its CLI gave up, as its file says where no hook does. */
export interface TurnFailure {
  /** The CLI's own word for it. */
  readonly error: string;
  /** What it showed its human. */
  readonly text: string;
  /** A limit of the plan, which ends by itself. */
  readonly isLimit: boolean;
}

/** What one CLI's file of a conversation says beside its hooks. Pure; a line of another shape says nothing. */
export interface ChatReader {
  /** Undefined: it says of no failure in this turn. */
  failureIn?(tail: ChatTail, turn: ChatTurn): TurnFailure | undefined;
  /** When a person interrupted this turn, in milliseconds since 1970, where no hook tells; undefined: nobody did. */
  interruptedAt?(tail: ChatTail, turn: ChatTurn): number | undefined;
  /** Undefined: it does not say, or not of the whole turn. */
  tokensIn?(tail: ChatTail, turn: ChatTurn): TokenUsage | undefined;
}
