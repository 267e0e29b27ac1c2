import type { SessionEventKind } from "@fleetbus/core";

/** A hook's call as it reached the daemon, over HTTP or as a dropped file. */
export interface HookCall {
  readonly cli: string;
  /** The CLI's own name of the event. */
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly pid?: number | undefined;
  /** `$TMUX_PANE` and `$TMUX`. */
  readonly pane?: string | undefined;
  readonly tmux?: string | undefined;
  /** `FLEET_SESSION`, `FLEET_PARENT`, `FLEET_ROLE` of the CLI's environment. */
  readonly session?: string | undefined;
  readonly parent?: string | undefined;
  readonly role?: string | undefined;
  readonly messagingSocket?: string | undefined;
  /** RFC 3339; set for a dropped file: when it happened. */
  readonly time?: string | undefined;
}

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
  /** What the hook prints so that the tool call is denied with `text` as the reason (`--stop` only). */
  deny(event: string, text: string): string | undefined;
}
