import type { SessionEventKind } from "@fleetbus/core";
import type { HookRequest } from "@fleetbus/hooks";

/** A hook's call as it reached the daemon, over HTTP or as a dropped file. */
export type HookCall = HookRequest;

/** What a call means to a fleet: the kind and data of one event. */
export interface Translated {
  readonly kind: SessionEventKind;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a CLI does with an answer at one of its events (HOOKS.md: only where context is honoured are leases taken). */
export interface AnswerRules {
  /** Whether context is honoured there. */
  readonly takesContext: boolean;
  /** Answering there continues a turn that was about to end. */
  readonly isContinuation: boolean;
  /** A batch of tool calls is over: what was offered inside it goes out with the next model request. */
  readonly endsBatch: boolean;
}

/** One agent CLI as the daemon sees it; made from its translator in packages/hooks. */
export interface Cli {
  readonly name: string;
  /** The longest context that reaches the model whole, in bytes. */
  readonly maxContextBytes: number;
  /** Turns in a row that may be continued; the CLI's own cap is higher, or has none. */
  readonly maxContinuations: number;
  /** Nothing for a call that means nothing to a fleet. Throws `malformed` for a payload it cannot read. */
  translate(call: HookCall): readonly Translated[];
  rules(event: string): AnswerRules;
  /** What the hook prints so that `text` reaches the model. */
  answer(event: string, text: string): string;
}
